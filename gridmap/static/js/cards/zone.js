// A special zone: what it is, which cases it sends on, to whom, and since when.
import { all_categories, key_of, with_large } from "../categories.js";
import { h, theirs } from "../dom.js";
import { grid_glyph } from "../glyphs.js";
import { zone_swatch } from "../layers/hatch.js";
import { target_of } from "../layers/zone_marks.js";
import { moment } from "../times.js";
import { area, name_of, t } from "../words.js";
import { action, facts, link, section } from "./parts.js";

// `zones()`: a promise of {code: feature}; `bounds(code)`; `below(code)`: chooses the grid under it.
export function zone_card({ urls, zones, bounds, below, choose, locate }) {
  return async (code) => {
    const feature = (await zones()).get(code);
    if (!feature) return { title: t("zone.ended"), subtitle: code, body: [], short: true };
    const { properties: zone } = feature;
    return {
      glyph: zone_swatch(),
      title: name_of(zone),
      subtitle: [t("kind.zone"), t(`zone.kind.${zone.kind}`), zone.code].join(" · "),
      short: true,
      body: [
        section(t("zone.takes"), await takes(zone.takes, urls.categories)),
        section(t("zone.target"), h("ul", { class: "plain-list" }, link(grid_glyph(), target_of(zone), null, () => choose("grid", zone.target), "grid"))),
        section(null, facts([[t("zone.since"), moment(zone.valid_from)], [t("review.zone.area"), area(zone.area_m2)]]), h("p", { class: "quiet" }, t("zone.others_stay"))),
      ],
      actions: [action("target", t("zone.fit"), () => locate(bounds(code))), action("layers", t("zone.below"), () => below(code))],
    };
  };
}

// Nobody misses the card because the names of categories can't be had.
export async function takes(keys, url) {
  if (!keys.length) return h("p", { dataset: { testid: "zone-takes" } }, t("zone.takes.all"));
  const known = await all_categories(url).catch(() => []);
  const names = new Map(with_large(known).map((one) => [key_of(one), name_of(one)]));
  return h("ul", { class: "zone-takes", dataset: { testid: "zone-takes" } }, keys.map((one) => h("li", {}, h("span", { class: "figure-code" }, one.code), " ", theirs(names.get(key_of(one)) ?? ""))));
}
