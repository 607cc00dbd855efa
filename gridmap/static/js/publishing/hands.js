// What changes hands: cases, cameras and service points, and people whose grid ends; how many first, then which.
import { h, theirs } from "../dom.js";
import { moment, now } from "../times.js";
import { name_of, t } from "../words.js";

const FIRST = 12; // The rest is folded away.
const SOON_MS = 24 * 3600 * 1000;

// `called(code)`: a grid's name, or a special zone's.
export function hands(impact, called) {
  const map = (kind, id) => `/#sel=${kind}:${encodeURIComponent(id)}`;
  return [
    kind("cases", impact.cases, (one) => entry(map("case", one.id), one.id, one, called, [by_zone(one, called), due(one)])),
    kind("cameras", impact.cameras, (one) => entry(map("camera", one.id), name_of(one), one, called)),
    kind("services", impact.service_points, (one) => entry(map("service_point", one.id), name_of(one), one, called)),
    kind("left", impact.posts, (post) => h("li", {}, h("a", { href: `/grids/${encodeURIComponent(post.grid)}/people` }, theirs(called(post.grid))), h("span", { class: "aside" }, name_of({ name: post.kind_name, name_en: post.kind_name_en }), " · ", holder(post)))),
  ];
}

function kind(name, items, row) {
  const rows = items.map(row);
  return h("section", { class: "hands", dataset: { testid: `hands-${name}` } },
    h("h3", {}, t(`review.hands.${name}`), " ", h("b", {}, rows.length)),
    !rows.length && h("p", { class: "quiet" }, t("review.hands.none")),
    name === "left" && rows.length > 0 && h("p", { class: "hint" }, t("review.left.hint")),
    rows.length > 0 && h("ul", { class: "plain" }, rows.slice(0, FIRST)),
    rows.length > FIRST && h("details", {}, h("summary", {}, t("review.hands.more", { n: rows.length - FIRST })), h("ul", { class: "plain" }, rows.slice(FIRST))));
}

function entry(href, words, one, called, more) {
  return h("li", {}, h("a", { href }, theirs(words)), h("span", { class: "aside" }, where(one.before, called), " → ", where(one.after, called)), more);
}

// A special zone sends it there, or did until now.
const by_zone = ({ zone }, called) => zone && h("span", { class: "aside" }, t("review.hands.zone", { name: called(zone) }));

// Who sees nobody there is told the post by its number.
const holder = (post) => (post.name ? theirs(name_of(post)) : t("review.left.post", { id: post.id }));

const where = (code, called) => (code === null ? t("tray.unrouted") : theirs(called(code)));

// A limit that has run out or will within a day: whoever gets the case should know.
function due({ due_at }) {
  const left = due_at && Date.parse(due_at) - now();
  if (!due_at || left > SOON_MS) return null;
  return h("span", { class: `fate ${left < 0 ? "is-gone" : "is-changed"}` }, t(left < 0 ? "review.due.over" : "review.due.soon", { time: moment(due_at) }));
}
