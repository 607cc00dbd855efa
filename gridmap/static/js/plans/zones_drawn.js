// The plan's special zones on the map: hatched over the grids, each with its name and who gets its cases.
import { pane } from "../layers/spots.js";
import { zone_marks } from "../layers/zone_marks.js";
import { signal } from "../signal.js";
import { lat_lng } from "./places.js";

const { L } = window;

export class ZonesDrawn {
  constructor(map, draft) {
    Object.assign(this, { map, draft });
    this.pane = pane(map, "plan-zones", 345, false);
    this.labels = pane(map, "plan-zone-labels", 460);
    this.layer = L.layerGroup([]).addTo(map);
    this.grounds = new Map(); // code -> its ground as drawn
    this.clicked = signal(); // (code, event)
  }

  draw() {
    this.layer.clearLayers();
    this.grounds = new Map([...this.draft.zones].map(([code, feature]) => [code, this.#draw(code, feature)]));
    this.choose(this.chosen);
  }

  choose(code) {
    this.chosen = code;
    for (const [one, ground] of this.grounds) ground.setStyle({ weight: one === code ? 4 : 2 });
  }

  // [west, south, east, north]
  bounds(code) {
    const box = this.grounds.get(code).getBounds();
    return [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()];
  }

  // An outline on its way.
  bend(code, outline) {
    for (const part of this.grounds.get(code).getLayers()) part.setLatLngs(outline.map(lat_lng));
  }

  // The ground answers clicks where zones are what is worked on; elsewhere they are for the grids below it.
  #draw(code, feature) {
    const style = { className: `plan-zone ${feature.properties.changed ? "changed" : ""}`, weight: 2 };
    const { ground, label } = zone_marks(feature, { own: this.pane, labels: this.labels, style, clicked: (event) => this.clicked.emit(code, event) });
    this.layer.addLayer(ground).addLayer(label);
    return ground;
  }
}
