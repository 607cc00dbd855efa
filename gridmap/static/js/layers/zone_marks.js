// A special zone as a map draws it: its hatched ground, its name, and who gets its cases.
import { h, theirs } from "../dom.js";
import { name_of, t } from "../words.js";
import { hatch } from "./hatch.js";
import { Spot } from "./spots.js";
import { room_of } from "./zone_room.js";

const { L } = window;
const AS_IT_IS = { color: "var(--zone)", weight: 1.6, opacity: 0.9, dashArray: "2 4" };

export const target_of = ({ target, target_name, target_name_en }) => name_of({ code: target, name: target_name, name_en: target_name_en });

// A name that goes by how wide its zone is on the screen. `options.bounds`: the zone's.
const ZoneLabel = L.Marker.extend({
  onAdd(map) {
    L.Marker.prototype.onAdd.call(this, map);
    this.fit({ target: map });
  },
  getEvents() {
    return { ...L.Marker.prototype.getEvents.call(this), zoomend: this.fit };
  },
  fit({ target: map }) {
    const { bounds } = this.options;
    const room = room_of(map.project(bounds.getNorthEast()).x - map.project(bounds.getSouthWest()).x);
    this.getElement().toggleAttribute("hidden", room === "none");
    this.getElement().dataset.room = room;
  },
});

// `own`, `labels`: the panes of its ground and its name; `clicked(event)`, and the click goes no further. `properties.label` is a place
// inside, [lon, lat].
export function zone_marks(feature, { own, labels = own, style = AS_IT_IS, clicked }) {
  const { properties: facts } = feature;
  const click = (event) => { L.DomEvent.stopPropagation(event); clicked(event); };
  const ground = L.geoJSON(feature, { pane: own, style: { ...style, fillColor: hatch(), fillOpacity: 1 } }).on("click", click);
  const build = () => h("span", { class: "zone-label", dataset: { zone: facts.code } }, theirs(name_of(facts)), h("small", {}, t("zone.to", { grid: target_of(facts) })));
  const [lng, lat] = facts.label;
  const label = new ZoneLabel([lat, lng], { icon: new Spot({ build }), pane: labels, bounds: ground.getBounds() }).on("click", click);
  return { ground, label };
}
