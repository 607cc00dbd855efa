// Names of grids and their open cases, where there is room.
import { h, theirs } from "../dom.js";
import { at_most_every, once_a_frame } from "../signal.js";
import { name_of } from "../words.js";
import { aside } from "./aside.js";
import { Spot, crowd_rem, pane, rem } from "./spots.js";

const { L } = window;
const MOST = 400;
const AGAIN_MS = 5000; // After which names that did not come are asked for again.
const STEP_REM = 0.125;
const BELOW_REM = 0.55; // Of the place itself, as the style sheet has it.

export class Labels {
  // `ask(level, bbox, at)`: a promise of the grids there, as features; `at` is a past moment (ISO), or null.
  constructor(map, ask, grids, counts) {
    Object.assign(this, { map, ask, grids, counts, at: null });
    this.known = new Map(); // code -> {facts, bounds}
    this.shown = new Map(); // code -> marker
    this.asked = new Set();
    this.on = true;
    this.sources = []; // Of crowds.
    this.pane = pane(map, "labels", 450, false);
    this.draw_soon = once_a_frame(() => this.#draw());
    this.look_later = at_most_every(AGAIN_MS, () => this.#look());
    map.on("moveend", () => this.#look());
    grids.level_changed.on(() => this.#look());
    counts.changed.on((codes) => this.#count(codes));
  }

  show(on) {
    this.on = on;
    this.#look();
  }

  // Names keep clear of the marks of these crowds.
  beside(crowds) {
    this.sources.push(crowds);
    crowds.changed.on(this.draw_soon);
  }

  // Names of a past moment (ISO), or of now: null.
  as_of(at) {
    this.at = at;
    this.forget();
  }

  forget() {
    this.known.clear();
    this.asked.clear();
    this.shown.forEach((marker) => marker.remove());
    this.shown.clear();
    this.#look();
  }

  async #look() {
    const level = this.grids.level;
    if (this.on) await this.#fetch(level).catch(this.look_later); // A server that is away is asked again, though nobody moves the map.
    this.draw_soon();
  }

  // Asks for whole squares of a fixed raster, so that a moving map asks for each only once.
  async #fetch(level) {
    const step = { town: 2, village: 0.4, micro: 0.1 }[level];
    const bounds = this.map.getBounds();
    const from = [Math.floor(bounds.getWest() / step), Math.floor(bounds.getSouth() / step)];
    const to = [Math.floor(bounds.getEast() / step), Math.floor(bounds.getNorth() / step)];
    const key = `${level}:${from}:${to}`;
    if (this.asked.has(key) || (to[0] - from[0]) * (to[1] - from[1]) > 64) return;
    const bbox = [from[0] * step, from[1] * step, (to[0] + 1) * step, (to[1] + 1) * step].map((degree) => degree.toFixed(4)).join(",");
    const { at } = this;
    const features = await this.ask(level, bbox, at);
    if (at !== this.at) return; // Another moment was chosen meanwhile, and asks for itself.
    this.asked.add(key);
    for (const feature of features) this.known.set(feature.properties.code, { facts: feature.properties, bounds: bounds_of(feature.geometry) });
  }

  #draw() {
    const level = this.grids.level;
    const wanted = new Map(); // code -> how much of it, and how far it moves aside
    if (this.on) {
      const view = this.map.getBounds();
      const marks = this.#marks();
      for (const [code, { facts, bounds }] of this.known) {
        if (wanted.size >= MOST) break;
        if (facts.level !== level || !view.contains([facts.label[1], facts.label[0]])) continue;
        const room = this.#room(facts, bounds);
        if (room) wanted.set(code, `${room} ${this.#aside(room, facts, bounds, marks)}`);
      }
    }
    for (const [code, marker] of this.shown) {
      if (wanted.get(code) !== marker.options.way) { marker.remove(); this.shown.delete(code); }
    }
    for (const [code, way] of wanted) if (!this.shown.has(code)) this.shown.set(code, this.#marker(code, way));
  }

  #marks() {
    const size = rem();
    return this.sources.flatMap(({ crowds }) => crowds).map(({ lon, lat, n }) => ({ ...this.map.latLngToContainerPoint([lat, lon]), r: (crowd_rem(n) / 2) * size }));
  }

  // In pixels, within the grid's own height. The name is a mark for those that come after it.
  #aside(room, facts, bounds, marks) {
    const size = rem();
    const { x, y } = this.map.latLngToContainerPoint([facts.label[1], facts.label[0]]);
    const high = (room === "two" ? 2 : 1) * size;
    const wide = room === "count" ? 1.6 * size : Math.min(width_of(facts), room === "two" ? 7 * size : Infinity) + 2 * size;
    const top = y + BELOW_REM * size;
    const by = aside({ x, top, wide, high }, marks, STEP_REM * size, {
      north: this.map.latLngToContainerPoint(bounds.getNorthWest()).y, south: this.map.latLngToContainerPoint(bounds.getSouthEast()).y,
    });
    marks.push({ x, y: top + by + high / 2, r: high / 2, half: wide / 2 });
    return by;
  }

  // "name" when the name fits, "two" when it fits on two lines, "count" when only the figure does, null when nothing.
  #room(facts, bounds) {
    const a = this.map.latLngToContainerPoint(bounds.getNorthWest());
    const b = this.map.latLngToContainerPoint(bounds.getSouthEast());
    const size = rem();
    const wide = width_of(facts);
    if (b.x - a.x > wide * 1.15 + size && b.y - a.y > 2.6 * size) return "name";
    if (b.x - a.x > wide * 0.75 && b.y - a.y > 4.5 * size && name_of(facts).includes(" ")) return "two";
    return facts.level === "micro" && b.x - a.x > 2.2 * size && b.y - a.y > 1.6 * size ? "count" : null;
  }

  #marker(code, way) {
    const { facts } = this.known.get(code);
    const [room, by] = way.split(" ");
    const build = () => {
      const { open } = this.counts.get(code);
      const label = h("span", { class: `grid-label ${facts.level} ${room === "two" ? "two" : ""}`, dataset: { code } }, room !== "count" && theirs(name_of(facts).replaceAll("-", "\u2011")), open > 0 && h("b", {}, open));
      label.style.setProperty("--aside", `${by}px`);
      return label;
    };
    const icon = new Spot({ build });
    return L.marker([facts.label[1], facts.label[0]], { icon, pane: this.pane, interactive: false, keyboard: false, way }).addTo(this.map);
  }

  #count(codes) {
    for (const [code, marker] of this.shown) {
      if (codes && !codes.includes(code)) continue;
      const node = marker.getElement();
      node?.replaceChildren(marker.options.icon.options.build());
      if (codes) node?.firstChild.classList.add("bumped");
    }
  }
}

function width_of(facts) {
  return Array.from(name_of(facts)).reduce((sum, letter) => sum + (letter > "\u2e80" ? 0.8 : 0.45), 0) * rem();
}

function bounds_of(geometry) {
  const bounds = L.latLngBounds([]);
  const walk = (part) => (typeof part[0] === "number" ? bounds.extend([part[1], part[0]]) : part.forEach(walk));
  walk(geometry.coordinates);
  return bounds;
}
