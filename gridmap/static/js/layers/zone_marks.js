// A special zone as a map draws it: its hatched ground, its name, and who gets its cases.
import { h, theirs } from "../dom.js";
import { name_of, t } from "../words.js";
import { hatch } from "./hatch.js";
import { Spot } from "./spots.js";

const { L } = window;

export const target_of = ({ target, target_name, target_name_en }) => name_of({ code: target, name: target_name, name_en: target_name_en });

// `clicked(where)`; the click goes no further. `properties.label` is a place inside, [lon, lat].
export function zone_marks(feature, own, clicked) {
  const { properties: facts } = feature;
  const click = (event) => { L.DomEvent.stopPropagation(event); clicked(event.latlng); };
  const ground = L.geoJSON(feature, { pane: own, style: { color: "var(--zone)", weight: 1.6, opacity: 0.9, dashArray: "2 4", fillColor: hatch(), fillOpacity: 1 } }).on("click", click);
  const build = () => h("span", { class: "zone-label", dataset: { zone: facts.code } }, theirs(name_of(facts)), h("small", {}, t("zone.to", { grid: target_of(facts) })));
  const [lng, lat] = facts.label;
  const label = L.marker([lat, lng], { icon: new Spot({ build }), pane: own }).on("click", click);
  return { ground, label };
}
