// Special zones: ground whose cases of some categories go to a micro-grid that is named.
import { get } from "../api.js";
import { h, theirs } from "../dom.js";
import { signal } from "../signal.js";
import { name_of, t } from "../words.js";
import { hatch } from "./hatch.js";
import { Spot, pane } from "./spots.js";

const { L } = window;

export const target_of = ({ target, target_name, target_name_en }) => name_of({ code: target, name: target_name, name_en: target_name_en });

export class Zones {
  constructor(map, url) {
    Object.assign(this, { map, url, at: null });
    this.pane = pane(map, "zones", 345);
    this.layer = L.layerGroup();
    this.features = new Map(); // code -> feature
    this.grounds = new Map(); // code -> its ground as drawn
    this.clicked = signal(); // (code, where)
  }

  async load() {
    const { at } = this;
    const { features } = await get(this.url, at ? { at } : {});
    if (at !== this.at) return;
    this.layer.clearLayers();
    this.features = new Map(features.map((feature) => [feature.properties.code, feature]));
    this.grounds = new Map(features.map((feature) => [feature.properties.code, this.#draw(feature)]));
    this.choose(this.chosen);
  }

  as_of(at) {
    this.at = at;
    return this.load();
  }

  show(on) {
    if (on) this.layer.addTo(this.map);
    else this.layer.remove();
  }

  choose(code) {
    this.chosen = code;
    for (const [one, ground] of this.grounds) ground.setStyle({ weight: one === code ? 4 : 1.6 });
  }

  // [west, south, east, north]
  bounds(code) {
    const box = this.grounds.get(code)?.getBounds();
    return box && [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()];
  }

  // A place inside.
  middle(code) {
    const [lng, lat] = this.features.get(code).properties.label;
    return { lat, lng };
  }

  #draw(feature) {
    const { properties: facts } = feature;
    const click = (event) => { L.DomEvent.stopPropagation(event); this.clicked.emit(facts.code, event.latlng); };
    const ground = L.geoJSON(feature, { pane: this.pane, style: { color: "var(--zone)", weight: 1.6, opacity: 0.9, dashArray: "2 4", fillColor: hatch(), fillOpacity: 1 } }).on("click", click);
    const build = () => h("span", { class: "zone-label", dataset: { zone: facts.code } }, theirs(name_of(facts)), h("small", {}, t("zone.to", { grid: target_of(facts) })));
    const label = L.marker(this.middle(facts.code), { icon: new Spot({ build }), pane: this.pane }).on("click", click);
    this.layer.addLayer(ground).addLayer(label);
    return ground;
  }
}
