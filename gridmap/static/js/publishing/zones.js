// Special zones that begin, change or end, in words: what they take, who gets it, and what of it is new.
import { takes } from "../cards/zone.js";
import { h, replace, theirs } from "../dom.js";
import { target_of } from "../layers/zone_marks.js";
import { area, name_of, t } from "../words.js";
import { zone_fate } from "./ground.js";

const CATEGORIES = "/api/v1/categories";
const SAID = {
  name: ({ name, name_en }) => name_of({ name, name_en }),
  kind: ({ kind }) => t(`zone.kind.${kind}`),
  target: target_of,
  area: ({ area_m2 }) => area(area_m2),
};

// `differences`: [{code, before, after}] as features; `cases`: those of an impact, each with the zone it goes by.
export function zone_changes(differences, cases = []) {
  return h("ul", { class: "plain zone-changes", dataset: { testid: "zone-changes" } }, differences.map((one) => change(one, cases.filter(({ zone }) => zone === one.code).length)));
}

function change({ code, before, after }, cases) {
  const kind = zone_fate({ before, after });
  const [was, is] = [before?.properties, after?.properties];
  const shown = is ?? was;
  return h("li", { dataset: { testid: "zone-change", code } },
    h("div", {}, h("b", {}, theirs(name_of(shown))), " ", h("span", { class: `fate is-${kind}` }, t(`review.fate.${kind}`)), " ", h("span", { class: "row-code" }, code)),
    h("dl", { class: "zone-said" }, Object.keys(SAID).filter((name) => name !== "name" || (was && is)).map((name) => said(name, was, is)), taken(was, is)),
    outlines(before, after) && h("p", { class: "quiet" }, t("review.zone.outline")),
    cases > 0 && h("p", {}, t("review.zone.cases", { n: cases })));
}

// The word as it becomes; where it was another, that too.
function said(name, was, is) {
  const [before, after] = [was, is].map((zone) => zone && SAID[name](zone));
  if (name === "name" && before === after) return null;
  return [h("dt", {}, t(`review.zone.${name}`)), h("dd", {}, before && after && before !== after && [h("s", {}, theirs(before)), " → "], theirs(after ?? before))];
}

function taken(was, is) {
  const list = (zone) => { const room = h("dd"); takes(zone.takes, CATEGORIES).then((found) => replace(room, found)); return room; };
  const same = was && is && JSON.stringify(was.takes) === JSON.stringify(is.takes);
  return [
    was && is && !same && [h("dt", {}, t("review.zone.took")), list(was)],
    h("dt", {}, t("zone.takes")), list(is ?? was),
  ];
}

const outlines = (before, after) => before && after && JSON.stringify(before.geometry) !== JSON.stringify(after.geometry);
