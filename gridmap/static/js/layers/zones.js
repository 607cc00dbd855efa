// Special zones: ground whose cases of some categories go to a micro-grid that is named.
import { get } from "../api.js";
import { h } from "../dom.js";
import { name_of, t } from "../words.js";
import { Spot, pane } from "./spots.js";

const { L } = window;

export class Zones {
  constructor(map, url) {
    Object.assign(this, { map, url, at: null });
    // Clicks belong to the grids below.
    this.pane = pane(map, "zones", 345, false);
    this.layer = L.layerGroup();
  }

  async load() {
    const { at } = this;
    const { features } = await get(this.url, at ? { at } : {});
    if (at !== this.at) return;
    this.layer.clearLayers();
    features.forEach((feature) => this.#draw(feature));
  }

  as_of(at) {
    this.at = at;
    return this.load();
  }

  show(on) {
    if (on) this.layer.addTo(this.map);
    else this.layer.remove();
  }

  #draw(feature) {
    const { pane: own } = this;
    const ground = L.geoJSON(feature, {
      pane: own, interactive: false,
      style: { color: "var(--zone)", weight: 1.6, opacity: 0.9, dashArray: "2 4", fillColor: "var(--zone)", fillOpacity: 0.12 },
    });
    const { code, target, ...called } = feature.properties;
    const build = () => h("span", { class: "zone-label", dataset: { zone: code } }, name_of(called), h("small", {}, t("zone.to", { grid: target })));
    const label = L.marker(ground.getBounds().getCenter(), { icon: new Spot({ build }), pane: own, interactive: false, keyboard: false });
    this.layer.addLayer(ground).addLayer(label);
  }
}
