// Handles of corners and of edges' middles: drawn where they are in view, kept as long as their place is the same.
import { h } from "../dom.js";
import { Spot, pane } from "../layers/spots.js";
import { t } from "../words.js";
import { key_of, lat_lng, middle } from "./places.js";
import { thinned } from "./thinning.js";

const { L } = window;
const MOST = 300; // More than that nobody can take hold of.
const GAP_PX = { fine: 32, coarse: 44 };
const LEAST_EDGE_PX = 48;

export class Handles {
  // `on`: {corner(marker, place), edge(marker, ends)}: what makes them act.
  constructor(map, on) {
    Object.assign(this, { map, on });
    this.gap = matchMedia("(pointer: coarse)").matches ? GAP_PX.coarse : GAP_PX.fine;
    this.pane = pane(map, "plan-handles", 630);
    this.shown = new Map(); // key -> marker
  }

  // Draws those in view, as many as one can take hold of; the corner `held` in any case.
  show({ corners, edges }, topology, held) {
    const seen = this.map.getBounds().pad(0.05);
    const near = [...corners].filter(([, place]) => seen.contains(lat_lng(place)));
    const placed = near.map(([key, place]) => ({ key, place, pixel: this.pixel(place), first: key === held ? 2 : Number(topology.is_junction(place)) }));
    const wanted = new Map();
    for (const { key, place } of thinned(placed, this.gap).slice(0, MOST)) {
      const [junction, grids] = [topology.is_junction(place), topology.grids_at(place).length];
      wanted.set(key, { look: `${junction} ${grids}`, make: () => this.#corner(place, junction, grids) });
    }
    for (const [key, ends] of this.#roomy(edges, seen)) wanted.set(key, { look: "edge", make: () => this.#edge(ends) });
    for (const [key, marker] of this.shown) if (wanted.get(key)?.look !== marker.look) { marker.remove(); this.shown.delete(key); }
    for (const [key, { look, make }] of wanted) if (!this.shown.has(key)) this.shown.set(key, Object.assign(make(), { look }));
  }

  pixel(place) {
    const { x, y } = this.map.latLngToContainerPoint(lat_lng(place));
    return [x, y];
  }

  clear() {
    this.shown.forEach((marker) => marker.remove());
    this.shown.clear();
  }

  focus(key) {
    this.shown.get(key)?.getElement()?.focus({ preventScroll: true });
  }

  #roomy(edges, seen) {
    const apart = ([x, y], [u, v]) => Math.hypot(u - x, v - y);
    return [...edges].filter(([, [one, other]]) => seen.contains(lat_lng(middle(one, other))) && apart(this.pixel(one), this.pixel(other)) >= LEAST_EDGE_PX);
  }

  #corner(place, junction, grids) {
    const marker = this.#marker(place, `corner-handle ${junction ? "junction" : ""}`, t(junction ? "plan.handle.junction" : "plan.handle.corner", { n: grids }), true);
    marker.getElement().dataset.corner = key_of(place);
    this.on.corner(marker, place);
    return marker;
  }

  // For the mouse and the finger; from the keyboard a corner is added at a corner (Insert).
  #edge(ends) {
    const marker = this.#marker(middle(...ends), "edge-handle", t("plan.handle.edge"), false);
    this.on.edge(marker, ends);
    return marker;
  }

  #marker(place, look, label, keyboard) {
    const icon = new Spot({ build: () => h("span", { class: `handle ${look}`, title: keyboard ? null : label, dataset: { testid: look.split(" ")[0] } }), label: keyboard ? label : "" });
    const marker = L.marker(lat_lng(place), { icon, pane: this.pane, draggable: true, keyboard, bubblingMouseEvents: false, autoPan: false }).addTo(this.map);
    if (keyboard) marker.getElement().setAttribute("role", "button");
    return marker;
  }
}
