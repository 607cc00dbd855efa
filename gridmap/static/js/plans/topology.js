// Shared arcs, and grids that say which of them make up their rings. Answers for parts of the ground are laid into one.
import { key_of } from "./places.js";

export class Topology {
  constructor() {
    this.arcs = new Map(); // name -> places
    this.grids = new Map(); // code -> {facts, parts: [[[{arc, back}, …], …], …]}
    this.corners = new Map(); // key of a place -> names of the arcs that have it
    this.sides = new Map(); // arc -> codes of the grids on its sides
  }

  // The grids of a TopoJSON answer take the place of what is known of them; `ended` are no more.
  take(told, ended = []) {
    for (const code of ended) this.grids.delete(code);
    const names = told.arc_ids;
    told.arcs.forEach((places, index) => this.arcs.set(names[index], places));
    const step = (number) => ({ arc: names[number < 0 ? ~number : number], back: number < 0 });
    for (const one of told.objects.grids.geometries) {
      const parts = one.type === "Polygon" ? [one.arcs] : one.arcs;
      this.grids.set(one.id, { facts: one.properties, parts: parts.map((part) => part.map((ring) => ring.map(step))) });
    }
    this.#tidy();
  }

  // All anew: nothing of before stays.
  become(told) {
    this.grids.clear();
    this.take(told);
  }

  // A grid's rings as closed lists of places; `with_moves`: places that stand elsewhere for the moment, by key.
  polygons(code, with_moves = new Map()) {
    return (this.grids.get(code)?.parts ?? []).map((part) => part.map((ring) => this.#ring(ring, with_moves)));
  }

  line(name, with_moves = new Map()) {
    return this.arcs.get(name).map((place) => with_moves.get(key_of(place)) ?? place);
  }

  arcs_of(codes) {
    return new Set([...codes].flatMap((code) => (this.grids.get(code)?.parts ?? []).flat(2).map(({ arc }) => arc)));
  }

  arcs_at(place) {
    return this.corners.get(key_of(place)) ?? new Set();
  }

  // The grids that have a corner at a place.
  grids_at(place) {
    return [...new Set([...this.arcs_at(place)].flatMap((arc) => [...this.sides.get(arc)]))].sort();
  }

  // Where at least three arcs end: a corner there can be moved, not removed.
  is_junction(place) {
    const key = key_of(place);
    return [...this.arcs_at(place)].some((name) => {
      const places = this.arcs.get(name);
      return key_of(places[0]) !== key_of(places.at(-1)) && [places[0], places.at(-1)].some((end) => key_of(end) === key);
    });
  }

  // Grids on the other side of a grid's border, in order.
  neighbours(code) {
    const beside = [...this.arcs_of([code])].flatMap((arc) => [...this.sides.get(arc)]);
    return [...new Set(beside)].filter((other) => other !== code).sort();
  }

  #ring(ring, with_moves) {
    const places = ring.flatMap(({ arc, back }) => {
      const way = this.line(arc, with_moves);
      return (back ? way.reverse() : way).slice(0, -1);
    });
    return [...places, places[0]];
  }

  #tidy() {
    this.sides.clear();
    for (const [code, { parts }] of this.grids) for (const { arc } of parts.flat(2)) {
      if (!this.sides.has(arc)) this.sides.set(arc, new Set());
      this.sides.get(arc).add(code);
    }
    this.corners.clear();
    for (const [name, places] of this.arcs) {
      if (!this.sides.has(name)) { this.arcs.delete(name); continue; }
      for (const place of places) {
        const key = key_of(place);
        if (!this.corners.has(key)) this.corners.set(key, new Set());
        this.corners.get(key).add(name);
      }
    }
  }
}
