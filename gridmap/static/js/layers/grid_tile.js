// One vector tile of grids: drawn on a canvas, for a city has thousands in view, too many for an element each. The few that are
// picked out (pointed at, chosen, just changed) lie above it as paths.
import { h, s } from "../dom.js";
import { LEVELS } from "./levels.js";

const UNITS = 4096; // A tile's own, each way.

export class GridTile {
  constructor() {
    this.canvas = h("canvas", { "aria-hidden": true });
    this.above = s("svg", { viewBox: `0 0 ${UNITS} ${UNITS}`, "aria-hidden": true });
    this.node = h("div", {}, this.canvas, this.above);
    this.levels = {}; // level -> Map(code -> rings of points)
    this.colors = new Map(); // code -> with what it is filled
    this.paths = new Map(); // code -> what lies above
  }

  read(bytes) {
    const { Pbf, VectorTile } = window; // VectorGrid leaves its reader of tiles in the page.
    const { layers } = new VectorTile(new Pbf(bytes));
    for (const level of LEVELS) {
      this.levels[level] = new Map();
      for (let n = 0; n < (layers[level]?.length ?? 0); n += 1) {
        const feature = layers[level].feature(n);
        this.levels[level].set(feature.properties.code, feature.loadGeometry());
      }
    }
  }

  // `level`: whose areas are filled; `fill(code)`: their colour; `lines`: [{level, color, weight}], weights in pixels of the screen;
  // `pixels`: how many the canvas has each way, for `shown` on the screen.
  draw({ level, fill, alpha, lines }, pixels, shown) {
    this.canvas.width = this.canvas.height = pixels; // Which clears it.
    const pen = this.canvas.getContext("2d");
    pen.scale(pixels / UNITS, pixels / UNITS);
    pen.lineJoin = "round";
    pen.globalAlpha = alpha;
    this.colors = new Map([...(this.levels[level]?.keys() ?? [])].map((code) => [code, fill(code)]));
    for (const color of new Set(this.colors.values())) {
      pen.fillStyle = color;
      pen.fill(outline([...this.colors].filter(([, one]) => one === color).map(([code]) => this.levels[level].get(code))));
    }
    pen.globalAlpha = 1;
    for (const { level: one, color, weight } of lines) {
      pen.strokeStyle = color;
      pen.lineWidth = (weight * UNITS) / shown;
      pen.stroke(outline([...(this.levels[one]?.values() ?? [])]));
    }
  }

  // Whether one of these grids is filled with another colour than it should be.
  outdated(codes, fill) {
    return codes.some((code) => this.colors.has(code) && this.colors.get(code) !== fill(code));
  }

  // The grid at a place of the tile, each way from 0 to 1.
  at(level, x, y) {
    const place = { x: x * UNITS, y: y * UNITS };
    for (const [code, rings] of this.levels[level] ?? []) if (holds(rings, place)) return code;
    return null;
  }

  // `picked`: code -> classes.
  pick(level, picked) {
    for (const [code, path] of this.paths) if (!picked.has(code) || !this.levels[level]?.has(code)) { path.remove(); this.paths.delete(code); }
    for (const [code, classes] of picked) {
      const rings = this.levels[level]?.get(code);
      if (!rings) continue;
      if (!this.paths.has(code)) this.paths.set(code, this.above.appendChild(s("path", { d: written(rings), dataset: { code } })));
      this.paths.get(code).setAttribute("class", `grid-area ${classes}`);
    }
  }
}

function outline(grids) {
  const path = new Path2D();
  for (const rings of grids) {
    for (const ring of rings) {
      ring.forEach(({ x, y }, place) => (place ? path.lineTo(x, y) : path.moveTo(x, y)));
      path.closePath();
    }
  }
  return path;
}

const written = (rings) => rings.map((ring) => `M${ring.map(({ x, y }) => `${x} ${y}`).join("L")}Z`).join("");

// A ray to the east crosses the rings of what holds the place an odd number of times.
export function holds(rings, { x, y }) {
  let inside = false;
  for (const ring of rings) {
    for (let place = 0, before = ring.length - 1; place < ring.length; before = place, place += 1) {
      const a = ring[place], b = ring[before];
      if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) inside = !inside;
    }
  }
  return inside;
}
