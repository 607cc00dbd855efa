// The bell: how many notices are unread. Where a page follows what happens, at once; elsewhere when it is looked at, and now and then.
import { get } from "./api.js";
import { by_id, h } from "./dom.js";
import { t } from "./words.js";

const NOW_AND_THEN_MS = 60000;
const MOST_SHOWN = 99;

// A notice of one's own says what it is about; others' come as an empty event.
export const is_mine = (event) => event.kind === "notice.given" && Boolean(event.data?.kind);

export function bell(live) {
  const node = by_id("bell");
  if (!node) return;
  const ask = () => get(node.dataset.count).then(({ unread }) => draw(node, unread), () => { /* The next look will do. */ });
  ask();
  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
  if (live) {
    live.happened.on((event) => { if (is_mine(event)) ask(); });
    live.reset.on(ask);
  } else {
    setInterval(() => { if (!document.hidden) ask(); }, NOW_AND_THEN_MS);
  }
}

export function draw(node, unread) {
  node.querySelector(".bell-count")?.remove();
  const words = unread ? t("inbox.unread", { n: unread }) : t("inbox.none");
  node.setAttribute("aria-label", words);
  node.title = words;
  if (unread) node.append(h("span", { class: "bell-count", "aria-hidden": true }, unread > MOST_SHOWN ? `${MOST_SHOWN}+` : unread));
}
