// The plan's grids on the map: their areas, which answer clicks, and above them the borders, once each.
import { pane, rem } from "../layers/spots.js";
import { signal } from "../signal.js";
import { bounds_of, lat_lng } from "./places.js";

const { L } = window;
const VILLAGE_DIGITS = 12;
const nowhere = [];

export class Drawn {
  constructor(map, topology) {
    Object.assign(this, { map, topology });
    this.areas = new Map(); // code -> polygon
    this.chosen = new Set();
    this.clicked = signal(); // (code, event)
    this.area_pane = pane(map, "plan-areas", 250);
    const line_pane = pane(map, "plan-lines", 300, false);
    const line = (kind, weight) => L.polyline(nowhere, { pane: line_pane, interactive: false, className: `plan-line ${kind}`, smoothFactor: 0, weight: (weight * rem()) / 15 }).addTo(map);
    this.rubber = line("rubber", 3);
    this.lines = { micro: line("micro", 1), village: line("village", 2), outer: line("outer", 2.5), chosen: line("chosen", 3) };
  }

  // As the topology has it.
  draw() {
    for (const [code, area] of this.areas) if (!this.topology.grids.has(code)) { area.remove(); this.areas.delete(code); }
    for (const [code, { facts }] of this.topology.grids) {
      if (!this.areas.has(code)) this.areas.set(code, this.#area(code));
      this.areas.get(code).setLatLngs(this.#shape(code));
      this.#dress(code, facts);
    }
    this.#draw_lines();
  }

  // Corners on their way (by key, where they stand now): every border they are on follows, and the grids beside it.
  // The borders as they were stay in sight.
  follow(moves) {
    const arcs = new Set([...moves.keys()].flatMap((key) => [...(this.topology.corners.get(key) ?? [])]));
    const touched = new Set([...arcs].flatMap((name) => [...this.topology.sides.get(name)]));
    for (const code of touched) this.areas.get(code)?.setLatLngs(this.#shape(code, moves));
    this.rubber.setLatLngs([...arcs].map((name) => this.topology.line(name, moves).map(lat_lng)));
  }

  // An edge that is to have a corner more.
  bend([one, other], to) {
    this.rubber.setLatLngs([one, to, other].map(lat_lng));
  }

  // [west, south, east, north]
  bounds(code) {
    return bounds_of(this.topology.polygons(code).flat(2));
  }

  choose(codes) {
    this.chosen = new Set(codes);
    for (const [code, { facts }] of this.topology.grids) this.#dress(code, facts);
    this.#draw_lines();
  }

  #shape(code, moves = new Map()) {
    return this.topology.polygons(code, moves).map((part) => part.map((ring) => ring.map(lat_lng)));
  }

  #area(code) {
    const area = L.polygon(nowhere, { pane: this.area_pane, stroke: false, fillOpacity: 1, className: "plan-area", smoothFactor: 0, bubblingMouseEvents: false }).addTo(this.map);
    area.on("click", (event) => this.clicked.emit(code, event));
    area.getElement().dataset.code = code;
    return area;
  }

  #dress(code, { changed, drawn }) {
    const { classList } = this.areas.get(code).getElement();
    classList.toggle("changed", changed);
    classList.toggle("beyond", !drawn);
    classList.toggle("chosen", this.chosen.has(code));
  }

  #draw_lines() {
    this.rubber.setLatLngs(nowhere);
    const found = { micro: [], village: [], outer: [] };
    for (const [name, codes] of this.topology.sides) found[this.#kind([...codes])].push(this.topology.line(name).map(lat_lng));
    for (const kind of Object.keys(found)) this.lines[kind].setLatLngs(found[kind]);
    this.lines.chosen.setLatLngs([...this.topology.arcs_of(this.chosen)].map((name) => this.topology.line(name).map(lat_lng)));
  }

  #kind([one, other]) {
    if (!other) return this.topology.grids.get(one).facts.drawn ? "outer" : "micro";
    return one.slice(0, VILLAGE_DIGITS) === other.slice(0, VILLAGE_DIGITS) ? "micro" : "village";
  }
}
