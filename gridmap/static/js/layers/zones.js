// Special zones: ground whose cases of some categories go to a micro-grid that is named.
import { get } from "../api.js";
import { signal } from "../signal.js";
import { pane } from "./spots.js";
import { zone_marks } from "./zone_marks.js";

const { L } = window;

export class Zones {
  constructor(map, url) {
    Object.assign(this, { map, url, at: null });
    this.pane = pane(map, "zones", 345);
    this.layer = L.layerGroup();
    this.features = new Map(); // code -> feature
    this.grounds = new Map(); // code -> its ground as drawn
    this.clicked = signal(); // (code, where)
  }

  // What was asked last is what counts: two publishes, or moments, may be asked for at once.
  async load() {
    const asked = this.asked = (this.asked ?? 0) + 1;
    const { features } = await get(this.url, this.at ? { at: this.at } : {});
    if (asked !== this.asked) return;
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
    const { ground, label } = zone_marks(feature, { own: this.pane, clicked: ({ latlng }) => this.clicked.emit(feature.properties.code, latlng) });
    this.layer.addLayer(ground).addLayer(label);
    return ground;
  }
}
