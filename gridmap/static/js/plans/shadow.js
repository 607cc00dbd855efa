// What a deed would do, drawn dashed over what stands, before anybody decides.
import { h, theirs } from "../dom.js";
import { Spot, pane } from "../layers/spots.js";
import { name_of } from "../words.js";
import { widest_place } from "./names.js";
import { lat_lng } from "./places.js";
import { Topology } from "./topology.js";

const { L } = window;

export class Shadow {
  constructor(map) {
    this.pane = pane(map, "plan-shadow", 330, false);
    this.shapes = L.layerGroup([]).addTo(map);
  }

  // `told`: the answer to a preview; `codes`: the grids of it to be drawn; `ending`: zones (features) that would end. Returns the box
  // around all of it: [west, south, east, north], or null where nothing has ground.
  show(told, codes, ending) {
    this.clear();
    const made = new Topology();
    made.take(told.topology);
    const bounds = L.latLngBounds([]);
    for (const code of codes.filter((one) => made.grids.has(one))) {
      const polygons = made.polygons(code);
      const shape = L.polygon(polygons.map((part) => part.map((ring) => ring.map(lat_lng))), { pane: this.pane, interactive: false, className: "plan-shadow", smoothFactor: 0 }).addTo(this.shapes);
      bounds.extend(shape.getBounds());
      const [lon, lat] = widest_place(polygons.toSorted((one, other) => other[0].length - one[0].length)[0][0]);
      this.#name([lat, lon], made.grids.get(code).facts);
    }
    for (const zone of [...told.zones, ...ending]) {
      const shape = L.geoJSON(zone, { pane: this.pane, interactive: false, style: { className: `plan-shadow ${ending.includes(zone) ? "ending" : "of-zone"}` } }).addTo(this.shapes);
      bounds.extend(shape.getBounds());
      this.#name(lat_lng(zone.properties.label), zone.properties);
    }
    return bounds.isValid() ? [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()] : null;
  }

  #name(where, facts) {
    const icon = new Spot({ build: () => h("span", { class: "grid-label shadow-label" }, theirs(name_of(facts))) });
    L.marker(where, { icon, pane: this.pane, interactive: false, keyboard: false }).addTo(this.shapes);
  }

  clear() {
    this.shapes.clearLayers();
  }
}
