// The history of boundaries: each publish with when, who, why and what, its lineage and pictures, and rolling it back.
import { get } from "./api.js";
import { bell } from "./bell.js";
import { by_id, h, replace } from "./dom.js";
import { Live } from "./live.js";
import { Publication } from "./publishing/publication.js";
import { at_most_every } from "./signal.js";
import { theme } from "./theme.js";
import { who } from "./who.js";
import { t } from "./words.js";

const URL = "/api/v1/publications";
const PAGE = 30;
const SETTLE_MS = 500;

theme();
who();
const room = by_id("publications");
const more = by_id("publications-more");
const shown = new Map(); // id -> Publication: what somebody has opened stays open.
let next = null;

async function look() {
  const page = await get(URL, { limit: PAGE }, { cache: "no-store" });
  show(page.publications, page.publications[0]?.id ?? 0);
  if (![...shown.keys()].some((id) => id < page.publications.at(-1)?.id)) next = page.next;
  ready();
}

async function older() {
  const page = await get(URL, { limit: PAGE, before: next });
  show(page.publications, [...shown.keys()][0]);
  next = page.next;
  ready();
}

function show(publications, newest) {
  for (const facts of publications) {
    if (!shown.has(facts.id)) shown.set(facts.id, new Publication(URL, room.dataset.publishes === "yes", look));
    shown.get(facts.id).draw(facts, newest);
  }
  const ordered = [...shown].sort(([one], [other]) => other - one);
  shown.clear();
  for (const [id, one] of ordered) shown.set(id, one);
  // Only what is new is put in: what somebody reads must not lose its place.
  ordered.forEach(([, { node }], index) => { if (room.children[index] !== node) room.insertBefore(node, room.children[index] ?? null); });
}

function ready() {
  more.hidden = next === null;
  by_id("publications-none").hidden = shown.size > 0;
  room.dataset.ready = "yes";
}

const failed = (error) => replace(room, h("p", { class: "wrong", role: "alert" }, error.message || t("card.unreachable")));
more.addEventListener("click", () => older().catch(failed));
await look().catch(failed);
const wanted = Number(/^#publication-(\d+)$/.exec(location.hash)?.[1]);
while (wanted && !shown.has(wanted) && next !== null) await older();
shown.get(wanted)?.open();
const live = new Live(room.dataset.events);
const follow = at_most_every(SETTLE_MS, () => look().catch(failed));
live.happened.on((event) => { if (event.kind === "grids.published") follow(); });
live.reset.on(follow);
live.start(Number(room.dataset.position));
bell(live);
