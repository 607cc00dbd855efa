// Moving corners: by mouse, by finger, by the arrow keys. Everything that has the corner follows, before the server is asked.
import { signal } from "../signal.js";
import { t } from "../words.js";
import { beside, corners_of } from "./corners.js";
import { Handles } from "./handles.js";
import { long_press } from "./long_press.js";
import { apart_m, key_of, lat_lng, middle, moved, rounded, same } from "./places.js";
import { followers } from "./thinning.js";

export const STEP_M = 1;
export const LONG_STEP_M = 10;
export const REST_MS = 700; // Steps of the arrow keys go together until the hand rests.
const REACH_PX = 120; // As far along a border hidden corners go with one that is moved.
const MOST_MOVES = 500; // The server takes no more at once.
export const WAYS = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

export class Editor {
  // `catching`: what places catch at; `may()`: whether one may draw now; `say(words)`.
  constructor(map, draft, drawn, choice, { catching, may, say }) {
    Object.assign(this, { map, draft, drawn, choice, catching, may, say });
    this.handles = new Handles(map, { corner: (marker, place) => this.#corner(marker, place), edge: (marker, ends) => this.#edge(marker, ends) });
    this.held = signal(); // (the corner somebody has hold of, as {place, junction, grids}, or null)
    this.corners = new Map();
    this.on = true;
    draft.changed.on(() => this.show());
    choice.changed.on(() => this.show());
    map.on("moveend", () => { if (!this.dragging) this.show(); });
    map.getContainer().addEventListener("keydown", (event) => this.#keys(event), { capture: true });
  }

  // Handles for the chosen grids, unless something else is being drawn.
  show(on = this.on) {
    this.on = on;
    const codes = on && this.may() ? this.choice.codes.filter((code) => this.draft.topology.grids.get(code)?.facts.drawn) : [];
    const { corners, edges } = corners_of(this.draft.topology, codes);
    this.corners = new Map([...corners].filter(([, place]) => !this.#fixed(place)));
    this.handles.show({ corners: this.corners, edges }, this.draft.topology, this.key);
    if (this.nudged && !this.corners.has(this.nudged.key)) this.nudged = null;
    this.#hold(this.key && this.corners.has(this.key) ? this.key : null);
  }

  // Takes hold of the first corner in view.
  take_hold() {
    const key = [...this.corners.keys()].find((one) => this.handles.shown.has(one));
    if (key) this.handles.focus(key);
    else this.say(t("plan.handle.none"));
  }

  // Corners shared with grids beyond the plan's ground stay where they are.
  #fixed(place) {
    const { topology } = this.draft;
    return topology.grids_at(place).some((code) => !topology.grids.get(code).facts.drawn);
  }

  // --- the mouse and the finger -----------------------------------------------------------------------------------

  #corner(marker, place) {
    const key = key_of(place);
    const node = marker.getElement();
    node.addEventListener("focus", () => this.#hold(key));
    long_press(node, () => this.remove(place));
    marker.on("click", () => node.focus({ preventScroll: true }));
    // A border does not catch at itself: it would be pulled through its own course.
    const own = this.draft.topology.arcs_at(place);
    const left_out = (other) => [...this.draft.topology.arcs_at(other)].some((arc) => own.has(arc));
    this.#drag(marker, { left_out, follow: (to) => this.drawn.follow(this.#moves(place, to)), taken: (to) => this.#move(place, to) });
  }

  #edge(marker, ends) {
    const add = (at) => this.#add(ends, at);
    marker.on("click", () => add(middle(...ends)));
    // A corner that is not there yet: the edge bends by the way.
    this.#drag(marker, { left_out: (other) => ends.some((end) => same(end, other)), follow: (to) => this.drawn.bend(ends, to), taken: add });
  }

  #drag(marker, { left_out, follow, taken }) {
    let to = null;
    const begin = marker.getLatLng();
    marker.on("dragstart", () => { this.dragging = true; this.#settle(); });
    marker.on("drag", ({ originalEvent }) => {
      to = this.catching.place(marker.getLatLng(), { free: originalEvent?.altKey, left_out });
      marker.setLatLng(lat_lng(to));
      follow(to);
    });
    marker.on("dragend", async () => {
      this.dragging = false;
      this.catching.done();
      if (to && !(await taken(to))) { marker.setLatLng(begin); this.drawn.draw(); }
    });
  }

  // Where a corner and the hidden ones beside it come to, by key.
  #moves(place, to) {
    const { topology } = this.draft;
    const known = new Map();
    const arcs = [...topology.arcs_at(place)].map((name) => topology.line(name).map((one) => {
      known.set(key_of(one), one);
      return { key: key_of(one), pixel: this.handles.pixel(one) };
    }));
    const shown = new Set([...this.handles.shown.keys()]);
    const hidden = [...followers(key_of(place), arcs, shown, REACH_PX)].filter(([key]) => !this.#fixed(known.get(key))).slice(0, MOST_MOVES - 1);
    return new Map([[key_of(place), to], ...hidden.map(([key, share]) => [key, rounded(known.get(key).map((degrees, axis) => degrees + share * (to[axis] - place[axis])))])]);
  }

  // --- the keyboard -------------------------------------------------------------------------------------------------

  #keys(event) {
    const key = event.target.dataset?.corner;
    if (!key || !this.corners.has(key) || event.ctrlKey || event.metaKey || event.altKey) return;
    const place = this.corners.get(key);
    const act = {
      Delete: () => this.remove(place), Backspace: () => this.remove(place), Insert: () => this.insert(place), a: () => this.insert(place),
      Enter: () => this.#settle(), Escape: () => this.#let_go(),
      Tab: () => this.#go(beside(this.corners, key, event.shiftKey ? -1 : 1, (one) => this.handles.shown.has(one))),
    }[event.key];
    const way = WAYS[event.key];
    if (!act && !way) return;
    event.preventDefault();
    event.stopPropagation();
    if (way) this.nudge(way, event.shiftKey ? LONG_STEP_M : STEP_M);
    else act();
  }

  // The held corner goes some metres [east, north]; the server hears of it once the hand rests.
  nudge([east, north], metres) {
    const place = this.corners.get(this.key);
    if (!place || !this.may()) return;
    if (this.nudged?.key !== this.key) { this.#settle(); this.nudged = { key: this.key, from: place, to: place }; }
    this.nudged.to = moved(this.nudged.to, east * metres, north * metres);
    this.drawn.follow(this.#moves(this.nudged.from, this.nudged.to));
    this.handles.shown.get(this.key)?.setLatLng(lat_lng(this.nudged.to));
    clearTimeout(this.rest);
    this.rest = setTimeout(() => this.#settle(), REST_MS);
  }

  // What the keys moved is done.
  async #settle() {
    clearTimeout(this.rest);
    const { nudged } = this;
    this.nudged = null;
    if (!nudged || same(nudged.from, nudged.to)) return;
    if (!(await this.#move(nudged.from, nudged.to))) { this.handles.clear(); this.drawn.draw(); this.show(); }
  }

  // Steps of the keys the server has not heard of are taken back; whether there were any.
  take_back() {
    if (!this.nudged) return false;
    this.#let_go();
    return true;
  }

  // Not done after all; or nothing is held any more.
  #let_go() {
    clearTimeout(this.rest);
    if (!this.nudged) { this.map.getContainer().focus({ preventScroll: true }); this.#hold(null); return; }
    this.handles.shown.get(this.nudged.key)?.setLatLng(lat_lng(this.nudged.from));
    this.nudged = null;
    this.drawn.draw();
  }

  #go(key) {
    this.#settle();
    this.handles.focus(key);
  }

  // --- deeds --------------------------------------------------------------------------------------------------------

  async #move(place, to) {
    const moves = [...this.#moves(place, to)].map(([key, end]) => ({ from: key.split(",").map(Number), to: end }));
    this.key = key_of(to);
    const done = await this.draft.do("move", { moves });
    if (done) this.handles.focus(key_of(to));
    return done;
  }

  async #add(ends, at) {
    const done = await this.draft.do("add_vertex", { between: ends, at });
    if (done) this.handles.focus(key_of(at));
    return done;
  }

  // A corner more, in the middle of the edge after this one.
  insert(place) {
    const next = this.corners.get(beside(this.corners, key_of(place), 1));
    if (next && apart_m(place, next) > 0) this.#add([place, next], middle(place, next));
  }

  remove(place) {
    if (this.draft.topology.is_junction(place)) { this.say(t("plan.handle.stays")); return; }
    this.draft.do("remove_vertex", { at: place });
  }

  #hold(key) {
    this.key = key;
    const place = key && this.corners.get(key);
    this.held.emit(place ? { place, junction: this.draft.topology.is_junction(place), grids: this.draft.topology.grids_at(place) } : null);
  }
}
