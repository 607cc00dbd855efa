// Drawing a line or an outline on the map, point by point: by mouse, by finger, by keys (the arrows move a cross).
import { by_id, h, replace } from "../dom.js";
import { Spot, pane } from "../layers/spots.js";
import { t } from "../words.js";
import { lat_lng, same } from "./places.js";

const { L } = window;
const STEP_PX = 10;
const LONG_STEP_PX = 50;
const WAYS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
const LEAST = { line: 2, outline: 3 };

export class Tracer {
  // `started()`: somebody begins to draw.
  constructor(map, catching, started) {
    Object.assign(this, { map, catching, started });
    const lines = pane(map, "plan-trace", 645, false);
    this.line = L.polyline([], { pane: lines, interactive: false, className: "plan-trace", smoothFactor: 0 }).addTo(map);
    this.points = L.layerGroup([]).addTo(map);
    this.pane = lines;
    this.cross = L.marker([0, 0], { icon: new Spot({ build: () => h("span", { class: "trace-cross" }) }), pane: lines, interactive: false, keyboard: false });
    this.strip = h("div", { class: "strip trace-bar", role: "toolbar", "aria-label": t("trace.title"), hidden: true, dataset: { testid: "trace-bar" } });
    by_id("stage").append(this.strip);
    map.on("mousemove", ({ latlng, originalEvent }) => { if (this.active) this.#aim(latlng, originalEvent.altKey); });
    map.getContainer().addEventListener("keydown", (event) => { if (this.active) this.#keys(event); }, { capture: true });
    map.getContainer().addEventListener("dblclick", () => { if (this.active) this.finish(); });
  }

  get active() {
    return Boolean(this.wanted);
  }

  // `shape`: "line" or "outline"; `done(places)`: when it has been drawn; `left()`: when it was given up.
  start(shape, { done, left = () => {} }) {
    this.stop();
    this.wanted = { shape, done, left };
    this.places = [];
    this.started();
    this.map.doubleClickZoom.disable();
    this.map.getContainer().classList.add("tracing");
    this.aim = this.map.getCenter();
    this.#draw();
    this.map.getContainer().focus({ preventScroll: true });
  }

  // A click or a tap.
  put(where, free = false) {
    const place = this.catching.place(where, { free });
    if (!this.places.length || !same(this.places.at(-1), place)) this.places.push(place);
    this.aim = L.latLng(lat_lng(place));
    this.#draw();
  }

  back() {
    this.places.pop();
    this.#draw();
  }

  // Whether it was enough for a line or an outline.
  finish() {
    if (!this.#enough) return false;
    const { wanted, places } = this;
    this.#end();
    wanted.done(places);
    return true;
  }

  stop() {
    if (!this.active) return;
    const { left } = this.wanted;
    this.#end();
    this.clear();
    left();
  }

  // The line is kept in sight until what came of it is decided.
  clear() {
    this.line.setLatLngs([]);
    this.points.clearLayers();
  }

  get #enough() {
    return this.places.length >= LEAST[this.wanted.shape];
  }

  #end() {
    this.wanted = null;
    this.strip.hidden = true;
    this.cross.remove();
    this.catching.done();
    this.map.doubleClickZoom.enable();
    this.map.getContainer().classList.remove("tracing");
  }

  #aim(where, free) {
    this.aim = L.latLng(lat_lng(this.catching.place(where, { free })));
    this.#lines();
  }

  #keys(event) {
    const way = WAYS[event.key];
    const act = { Enter: () => (event.ctrlKey || event.metaKey ? this.finish() : this.put(this.aim)), " ": () => this.put(this.aim), Backspace: () => this.back(), Delete: () => this.back(), Escape: () => this.stop() }[event.key];
    if (!act && !way) return;
    event.preventDefault();
    event.stopPropagation();
    if (act) act();
    else this.#step(way, event.shiftKey ? LONG_STEP_PX : STEP_PX);
  }

  #step([right, down], pixels) {
    const { x, y } = this.map.latLngToContainerPoint(this.aim);
    this.aim = this.map.containerPointToLatLng([x + right * pixels, y + down * pixels]);
    if (!this.map.getBounds().contains(this.aim)) this.map.panTo(this.aim, { animate: false });
    this.cross.setLatLng(this.aim).addTo(this.map);
    this.#lines();
  }

  #lines() {
    const closing = this.wanted.shape === "outline" && this.places.length > 1 ? [lat_lng(this.places[0])] : [];
    this.line.setLatLngs(this.places.length ? [...this.places.map(lat_lng), this.aim, ...closing] : []);
  }

  #draw() {
    this.#lines();
    this.points.clearLayers();
    for (const place of this.places) L.marker(lat_lng(place), { icon: new Spot({ build: () => h("span", { class: "trace-point" }) }), pane: this.pane, interactive: false, keyboard: false }).addTo(this.points);
    const button = (name, act, off) => h("button", { type: "button", class: `deed small ${name === "done" ? "primary" : ""}`, disabled: off, dataset: { testid: `trace-${name}` }, onclick: act }, t(`trace.${name}`));
    replace(this.strip, h("span", { role: "status" }, t(`trace.${this.wanted.shape}`, { n: this.places.length })),
      button("done", () => this.finish(), !this.#enough), button("back", () => this.back(), !this.places.length), button("stop", () => this.stop()));
    this.strip.hidden = false;
  }
}
