// Grids on three levels, from vector tiles: the level of the moment is filled and answers, the others are lines.
import { signal } from "../signal.js";
import { GridTiles } from "./grid_tiles.js";
import { FIRST_ZOOM, LEVELS, LINES, level_of } from "./levels.js";
import { Scale } from "./scale.js";
import { pane, rem } from "./spots.js";

const { L } = window;
const LOADS = [0, 1, 2, 3, 4];
const BUMP_MS = 3500;
const OVER_BASE_MAP = 0.45; // How much of a base map an area covers.

export class Grids {
  constructor(map, url, counts) {
    this.map = map;
    this.url = url;
    this.counts = counts;
    this.scale = new Scale(counts);
    this.forced = null;
    this.filled = true;
    this.bumped = new Set();
    this.clicked = signal();
    this.level_changed = signal();
    this.layer = this.#layer(pane(map, "grids", 250));
    this.last_level = this.level;
    map.on("zoomend", () => this.#announce());
    this.scale.changed.on(() => this.recolour());
    // Day or night, a base map or none: a canvas does not hear of it by itself.
    const dressed = new MutationObserver(() => this.layer.repaint());
    dressed.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    dressed.observe(map.getContainer(), { attributeFilter: ["class"] });
  }

  get level() {
    return this.#level(this.map.getZoom() ?? 12);
  }

  force(level) {
    if (level === this.forced) return;
    this.forced = level;
    this.layer.repaint();
    this.#pick();
    this.#announce();
  }

  fill_by_load(on) {
    if (on === this.filled) return;
    this.filled = on;
    this.layer.repaint();
  }

  // Grid counts changed: `codes`, or all.
  recolour(codes) {
    this.layer.recolour(codes);
    if (codes) this.#bump(codes);
  }

  // Boundaries changed: other tiles, no reload of the page. The browser asks by ETag, so it never draws a stale one.
  reload() {
    this.layer.redraw();
  }

  // The boundaries of a past moment (ISO), or of now: null.
  as_of(at) {
    this.layer.setUrl(at === null ? this.url : `${this.url}?at=${encodeURIComponent(at)}`);
  }

  choose(code) {
    this.chosen = code;
    this.#pick();
  }

  #announce() {
    if (this.level === this.last_level) return;
    this.last_level = this.level;
    this.level_changed.emit(this.level);
  }

  // Of tiles of this zoom: whose areas are filled, and answer.
  #level(zoom) {
    return this.forced ?? level_of(zoom);
  }

  // The areas of one level, and above them the lines of all, finer ones first.
  #style(zoom) {
    const css = getComputedStyle(document.documentElement);
    const level = this.#level(zoom);
    const loads = LOADS.map((step) => css.getPropertyValue(`--load-${step}`));
    const step = (code) => (this.filled ? this.scale.step(level, this.counts.get(code).open) : 0);
    const seen = LEVELS.toReversed().filter((one) => one === this.forced || zoom + 1 >= FIRST_ZOOM[one]);
    return {
      level,
      fill: (code) => loads[step(code)],
      alpha: this.map.getContainer().classList.contains("over-base-map") ? OVER_BASE_MAP : 1,
      lines: seen.map((one) => ({ level: one, color: css.getPropertyValue(LINES[one].color.slice("var(".length, -1)), weight: (LINES[one].weight * rem()) / 15 })),
    };
  }

  #layer(pane_name) {
    const layer = new GridTiles(this.url, { level: (zoom) => this.#level(zoom), style: (zoom) => this.#style(zoom) }, { pane: pane_name });
    layer.on("click", (event) => {
      const code = layer.code_at(event.latlng);
      if (code) { L.DomEvent.stop(event); this.clicked.emit(code); }
    });
    layer.on("mousemove", ({ latlng }) => this.#hover(layer.code_at(latlng)));
    layer.on("mouseout", () => this.#hover(null));
    return layer.addTo(this.map);
  }

  // A count changed while somebody looks: the grid itself says so.
  #bump(codes) {
    for (const code of codes) this.bumped.add(code);
    this.#pick();
    setTimeout(() => { for (const code of codes) this.bumped.delete(code); this.#pick(); }, BUMP_MS);
  }

  #hover(code) {
    if (code === this.hovered) return;
    this.hovered = code;
    this.map.getPane("grids").classList.toggle("over-grid", code !== null);
    this.#pick();
  }

  #pick() {
    const picked = new Map();
    for (const [name, codes] of [["bumped", this.bumped], ["hovered", [this.hovered]], ["chosen", [this.chosen]]]) {
      for (const code of codes) if (code) picked.set(code, `${picked.get(code) ?? ""} ${name}`.trim());
    }
    this.layer.pick(picked);
  }
}
