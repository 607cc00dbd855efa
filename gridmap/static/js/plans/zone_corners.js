// The corners of the chosen zone: dragged, moved by the arrow keys, added between two, taken away. Each change is one deed.
import { h } from "../dom.js";
import { Spot, pane } from "../layers/spots.js";
import { t } from "../words.js";
import { LONG_STEP_M, REST_MS, STEP_M, WAYS } from "./editor.js";
import { long_press } from "./long_press.js";
import { key_of, lat_lng, middle, moved } from "./places.js";

const { L } = window;
const LEAST = 3;
const MOST = 300; // More than that nobody can take hold of.

export class ZoneCorners {
  // `drawn`: the zones on the map, which follow; `catching`; `may()`: whether one may draw now; `say(words)`.
  constructor(map, draft, { drawn, catching, may, say }) {
    Object.assign(this, { map, draft, drawn, catching, may, say });
    this.pane = pane(map, "plan-zone-corners", 632);
    this.layer = L.layerGroup([]).addTo(map);
    this.handles = [];
    this.on = true;
  }

  // Handles for this zone (none: no code), unless something else is being drawn.
  show(code = this.code, on = this.on) {
    Object.assign(this, { code, on });
    const ring = on && this.may() ? outline_of(this.draft.zones.get(code)) : [];
    const shown = `${code} ${ring.map(key_of).join(" ")}`;
    if (shown === this.shown) return; // Whoever has hold of a corner keeps it.
    this.shown = shown;
    const held = this.handles.findIndex((marker) => marker.getElement() === document.activeElement);
    this.nudged = null;
    this.ring = ring;
    this.layer.clearLayers();
    this.handles = ring.map((_, index) => this.#corner(index));
    ring.forEach((_, index) => this.#edge(index));
    this.handles[Math.min(held, ring.length - 1)]?.getElement().focus({ preventScroll: true });
  }

  #corner(index) {
    const marker = this.#marker(this.ring[index], "corner-handle", t("zones.corner"), true);
    const node = marker.getElement();
    node.setAttribute("role", "button");
    node.addEventListener("keydown", (event) => this.#keys(event, index));
    long_press(node, () => this.#remove(index));
    marker.on("click", () => node.focus({ preventScroll: true })); // Else the map would take it for a click beside the zone.
    this.#drag(marker, (to) => this.ring.with(index, to));
    return marker;
  }

  // For the mouse and the finger; from the keyboard a corner is added at a corner (Insert).
  #edge(index) {
    const at = middle(this.ring[index], this.ring[(index + 1) % this.ring.length]);
    const marker = this.#marker(at, "edge-handle", t("plan.handle.edge"), false);
    marker.on("click", () => this.#insert(index));
    this.#drag(marker, (to) => this.ring.toSpliced(index + 1, 0, to));
  }

  #marker(place, look, label, keyboard) {
    const icon = new Spot({ build: () => h("span", { class: `handle of-zone ${look}`, title: keyboard ? null : label, dataset: { testid: `zone-${look}` } }), label: keyboard ? label : "" });
    return L.marker(lat_lng(place), { icon, pane: this.pane, draggable: true, keyboard, bubblingMouseEvents: false, autoPan: false }).addTo(this.layer);
  }

  #drag(marker, changed) {
    let ring = null;
    marker.on("dragstart", () => this.#settle());
    marker.on("drag", ({ originalEvent }) => {
      const to = this.catching.place(marker.getLatLng(), { free: originalEvent?.altKey });
      marker.setLatLng(lat_lng(to));
      ring = changed(to);
      this.drawn.bend(this.code, ring);
    });
    marker.on("dragend", () => { this.catching.done(); if (ring) this.#become(ring); });
  }

  #keys(event, index) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = { Delete: () => this.#remove(index), Backspace: () => this.#remove(index), Insert: () => this.#insert(index), a: () => this.#insert(index), Enter: () => this.#settle() }[event.key];
    const way = WAYS[event.key];
    if (!act && !way) return;
    event.preventDefault();
    event.stopPropagation();
    if (way) this.#nudge(index, way, event.shiftKey ? LONG_STEP_M : STEP_M);
    else act();
  }

  // Some metres [east, north]; the server hears of it once the hand rests.
  #nudge(index, [east, north], metres) {
    const ring = this.nudged ?? this.ring;
    this.nudged = ring.with(index, moved(ring[index], east * metres, north * metres));
    this.handles[index].setLatLng(lat_lng(this.nudged[index]));
    this.drawn.bend(this.code, this.nudged);
    clearTimeout(this.rest);
    this.rest = setTimeout(() => this.#settle(), REST_MS);
  }

  #settle() {
    clearTimeout(this.rest);
    const { nudged } = this;
    this.nudged = null;
    if (nudged) this.#become(nudged);
  }

  // Steps of the keys the server has not heard of are taken back; whether there were any.
  take_back() {
    clearTimeout(this.rest);
    const any = Boolean(this.nudged);
    this.nudged = null;
    if (any) this.#as_it_was();
    return any;
  }

  #insert(index) {
    this.#settle();
    this.#become(this.ring.toSpliced(index + 1, 0, middle(this.ring[index], this.ring[(index + 1) % this.ring.length])));
  }

  #remove(index) {
    this.#settle();
    if (this.ring.length > LEAST) this.#become(this.ring.toSpliced(index, 1));
    else this.say(t("zones.corner.least"));
  }

  async #become(outline) {
    if (!(await this.draft.do("zone", { code: this.code, outline }))) this.#as_it_was();
  }

  #as_it_was() {
    this.shown = null;
    this.drawn.draw();
    this.show();
  }
}

// The corners of a zone on the plan's ground that is one outline without holes; of any other there are none to take hold of.
function outline_of(zone) {
  const parts = zone?.properties.drawn ? zone.geometry.coordinates : [];
  const ring = parts.length === 1 && parts[0].length === 1 ? parts[0][0].slice(0, -1) : [];
  return ring.length <= MOST ? ring : [];
}
