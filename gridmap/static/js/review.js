// What a plan will change, before it does: figures, lists and pictures; and its way to the boundaries in force.
import { get, get_tagged } from "./api.js";
import { bell } from "./bell.js";
import { by_id, h, replace } from "./dom.js";
import { refusal } from "./handling/refusal.js";
import { Live } from "./live.js";
import { OVER } from "./plans/stages.js";
import { behind, standing } from "./publishing/behind.js";
import { counted } from "./publishing/figures.js";
import { AMONG_GRIDS, around, box_of, fate } from "./publishing/ground.js";
import { hands } from "./publishing/hands.js";
import { Life } from "./publishing/life.js";
import { Pictures } from "./publishing/pictures.js";
import { figures_table } from "./publishing/table.js";
import { zone_changes } from "./publishing/zones.js";
import { at_most_every } from "./signal.js";
import { theme } from "./theme.js";
import { who } from "./who.js";
import { name_of, t } from "./words.js";

const SETTLE_MS = 500; // What happens in one transaction comes as several events.
const GRIDS = "/api/v1/grids.geojson";
const ZONES = "/api/v1/zones.geojson";

theme();
who();
const room = by_id("review");
const url = `/api/v1/plans/${room.dataset.plan}`;
const pictures = new Pictures(by_id("pictures"));
const allowed = room.dataset.allowed.split(" ");
const life = new Life(url, allowed, look);

// What is shown always comes from one look; a later one waits until the one before has drawn.
let looking = Promise.resolve();
function look() {
  looking = looking.catch(() => null).then(look_now);
  return looking;
}

async function look_now() {
  const fresh = (what) => get(url + what, {}, { cache: "no-store" });
  const { body: plan, etag } = await get_tagged(url, {}, { cache: "no-store" });
  // What is over changes nothing any more, and meets nobody.
  const over = OVER.includes(plan.stage);
  const [{ scheduled }, { comments }, told, since, impact] = await Promise.all([fresh("/schedule"), fresh("/comments"), get(`${url}/compare`, { from: 0, to: plan.step }), over ? null : standing(url), over ? null : fresh("/impact").catch((error) => error)]);
  const sound = impact instanceof Error ? null : impact;
  replace(by_id("life"), life.nodes({ plan, etag, scheduled, comments, impact: sound }));
  by_id("life").append((since && behind(url, since, { plan, etag }, allowed, look)) ?? "");
  room.dataset.stage = plan.stage;
  show_impact(impact, plan, told);
  await show_pictures(plan, sound, told);
  room.dataset.version = plan.version; // All of it is drawn.
}

function show_impact(impact, plan, told) {
  const over = OVER.includes(plan.stage);
  const [summary, table, lists] = ["summary", "figures", "hands"].map(by_id);
  if (over || impact instanceof Error) {
    replace(summary, over ? h("p", { class: "quiet" }, t(`review.over.${plan.stage}`)) : h("div", { class: "wrong", role: "alert", dataset: { testid: "impact-refused" } }, refusal(impact).map((line) => h("p", {}, line)), impact.problem?.errors?.length > 1 && h("ul", {}, impact.problem.errors.map((one) => h("li", {}, one.detail)))));
    replace(table);
    replace(lists);
    return;
  }
  const zones = told.zones.map(({ before, after }) => (after ?? before).properties);
  const names = new Map([...impact.grids, ...Object.values(impact.names), ...zones].map((one) => [one.code, name_of(one)]));
  replace(summary, tiles(impact));
  replace(table, impact.grids.length ? figures_table(impact) : h("p", { class: "quiet nothing" }, t("review.no_grids")));
  replace(lists, hands(impact, (code) => names.get(code) ?? code));
}

function tiles(impact) {
  return h("ul", { class: "leading", dataset: { testid: "impact-counts" } }, Object.entries(counted(impact)).map(([name, n]) =>
    h("li", { class: name === "left" && n ? "asks" : "", dataset: { count: name } }, h("span", { class: "leading-name" }, t(`review.count.${name}`)), h("strong", {}, n))));
}

// As long as nothing touches them, the grids around come from the boundaries in force.
async function show_pictures(plan, impact, told) {
  // A draft that was taken onto other boundaries differs from its beginning by what others drew, too.
  const touched = impact && new Set(impact.grids.map((grid) => grid.code));
  const differences = told.differences.filter(({ code }) => !touched || touched.has(code));
  const zones = told.zones.filter(({ code }) => !impact || impact.zones.includes(code));
  show_zones(zones, impact);
  const moved = [...differences.filter(({ before, after }) => fate(before?.properties, after?.properties) !== "kept"), ...zones];
  const widened = moved.length > zones.length ? undefined : AMONG_GRIDS;
  const box = box_of(moved.flatMap(({ before, after }) => [before, after].filter(Boolean))) ?? (await ground(plan.ground));
  const [grids, there] = await Promise.all([get(GRIDS, { level: "micro", bbox: around(box, widened) }), get(ZONES, { bbox: around(box, widened) })]);
  pictures.show(grids.features, differences.filter((one) => one.before?.geometry || one.after?.geometry), box, { in_force: there.features, differences: zones });
}

function show_zones(zones, impact) {
  by_id("zones").hidden = !zones.length;
  replace(by_id("zone-changes"), zone_changes(zones, impact?.cases));
}

const ground = (code) => get(`/api/v1/grids/${code}`).then((grid) => grid.bounds);

const trying = (promise) => promise.catch((error) => replace(by_id("summary"), h("p", { class: "wrong", role: "alert" }, refusal(error)[0])));
by_id("print").addEventListener("click", () => print());
await trying(look());
// Others draw, approve, publish: the page follows.
const live = new Live(room.dataset.events);
const follow = at_most_every(SETTLE_MS, () => trying(look()));
live.happened.on((event) => { if ((event.topic === "plans" && event.subject === room.dataset.plan) || event.kind === "grids.published") follow(); });
live.reset.on(follow);
live.start(Number(room.dataset.position));
bell(live);
