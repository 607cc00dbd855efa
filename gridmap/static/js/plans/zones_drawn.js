// The plan's special zones on the map: hatched over the grids, each with its name and who gets its cases.
import { h, theirs } from "../dom.js";
import { hatch } from "../layers/hatch.js";
import { Spot, pane } from "../layers/spots.js";
import { target_of } from "../layers/zone_marks.js";
import { signal } from "../signal.js";
import { name_of, t } from "../words.js";
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
    const { properties: zone } = feature;
    const click = (event) => { L.DomEvent.stopPropagation(event); this.clicked.emit(code, event); };
    const ground = L.geoJSON(feature, { pane: this.pane, style: { className: `plan-zone ${zone.changed ? "changed" : ""}`, weight: 2, fillColor: hatch(), fillOpacity: 1 } }).on("click", click).addTo(this.layer);
    const build = () => h("span", { class: "zone-label", dataset: { zone: code } }, theirs(name_of(zone)), h("small", {}, t("zone.to", { grid: target_of(zone) })));
    L.marker(lat_lng(zone.label), { icon: new Spot({ build }), pane: this.labels }).on("click", click).addTo(this.layer);
    return ground;
  }
}
