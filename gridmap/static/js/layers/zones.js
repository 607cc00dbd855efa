// Special zones: ground whose cases of some categories go to a micro-grid that is named.
import { get } from "../api.js";
import { h } from "../dom.js";
import { name_of, t } from "../words.js";
import { pane } from "./spots.js";

const { L } = window;

export class Zones {
  constructor(map, url) {
    Object.assign(this, { map, url, at: null });
    this.layer = L.geoJSON([], {
      // Clicks belong to the grids below.
      pane: pane(map, "zones", 345, false), interactive: false,
      style: { color: "var(--zone)", weight: 1.6, opacity: 0.9, dashArray: "2 4", fillColor: "var(--zone)", fillOpacity: 0.12 },
      onEachFeature: ({ properties }, shape) => shape.bindTooltip(this.#label(properties), { permanent: true, direction: "center", pane: "zones", className: "zone-label", opacity: 1 }),
    });
  }

  async load() {
    const { at } = this;
    const { features } = await get(this.url, at ? { at } : {});
    if (at === this.at) this.layer.clearLayers().addData({ type: "FeatureCollection", features });
  }

  as_of(at) {
    this.at = at;
    return this.load();
  }

  show(on) {
    if (on) this.layer.addTo(this.map);
    else this.layer.remove();
  }

  #label(zone) {
    return h("span", { dataset: { zone: zone.code } }, name_of(zone), h("small", {}, t("zone.to", { grid: zone.target })));
  }
}
