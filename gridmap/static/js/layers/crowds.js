// A city's cases, counted by the server: what lies in view as crowds and as cases that stand alone, tile by tile.
import { at_most_every, signal } from "../signal.js";

const { L } = window;
const DEEPEST = 19;
const TILE_PX = 256;
// Tiles of the zoom before, so drawn twice as wide; and of one more where the map stands well between two zooms: of the 8 × 8 cells
// each is then some 54 to 107 pixels wide, which leaves a crowd room for its mark.
const FINER = 0.25 - 1;
const GATHER_MS = 800;

export class Crowds {
  constructor(map, url) {
    this.map = map;
    this.url = url;
    this.question = null;
    this.changed = signal();
    this.#forget();
    map.on("moveend", () => this.#look());
    this.look_soon = at_most_every(GATHER_MS, () => this.#look());
  }

  get features() {
    return this.shown.flatMap((tile) => tile.features);
  }

  get crowds() {
    return this.shown.flatMap((tile) => tile.crowds);
  }

  // What is wanted, by the server's parameters; null for nothing.
  ask(question) {
    if (JSON.stringify(question) === JSON.stringify(this.question)) return;
    this.question = question;
    this.asked = new Map();
    this.known = new Map();
    if (question === null) this.#forget();
    else this.#look();
  }

  // Something happened to a case here: of its tiles, that in view is asked for again.
  touch(feature) {
    if (!feature?.geometry || this.question === null) return;
    const [lon, lat] = feature.geometry.coordinates;
    const { x, y } = this.map.project([lat, lon], this.zoom).divideBy(TILE_PX).floor();
    this.asked.delete(`${this.zoom}/${x}/${y}`);
    this.look_soon();
  }

  // Time has passed. Who holds the present tile is not sent it again.
  again() {
    if (document.hidden) return;
    this.asked = new Map();
    this.#look();
  }

  get zoom() {
    return Math.max(0, Math.min(DEEPEST, Math.floor(this.map.getZoom() + FINER)));
  }

  #forget() {
    this.shown = [];
    this.asked = new Map(); // key -> promise of its tile
    this.known = new Map(); // key -> the tile as it last came
  }

  // The tiles that stand there stay until all that are wanted have come.
  async #look() {
    if (this.question === null) return;
    const turn = this.turn = (this.turn ?? 0) + 1;
    const wanted = this.#in_view();
    const found = await Promise.all(wanted.map((tile) => this.#bring(tile)));
    if (turn !== this.turn || this.question === null) return;
    const keep = new Set(wanted.map(({ key }) => key));
    for (const held of [this.asked, this.known]) for (const key of held.keys()) if (!keep.has(key)) held.delete(key);
    this.shown = found.filter(Boolean);
    this.changed.emit();
  }

  #in_view() {
    const z = this.zoom;
    const view = this.map.getBounds();
    const last = 2 ** z - 1;
    const corner = (place) => this.map.project(place, z).divideBy(TILE_PX).floor();
    const [from, to] = [corner(view.getNorthWest()), corner(view.getSouthEast())];
    const tiles = [];
    for (let x = Math.max(0, from.x); x <= Math.min(last, to.x); x += 1) {
      for (let y = Math.max(0, from.y); y <= Math.min(last, to.y); y += 1) tiles.push({ z, x, y, key: `${z}/${x}/${y}` });
    }
    return tiles;
  }

  #bring(tile) {
    const { asked, known } = this;
    if (!asked.has(tile.key)) {
      const coming = this.#fetch(tile).then((came) => { known.set(tile.key, came); return came; });
      // A server that is away takes nothing off the map, and is asked again at the next look.
      asked.set(tile.key, coming.catch(() => { asked.delete(tile.key); return known.get(tile.key); }));
    }
    return asked.get(tile.key);
  }

  async #fetch(tile) {
    const response = await fetch(`${L.Util.template(this.url, tile)}?${new URLSearchParams(this.question)}`, { cache: "no-cache" });
    if (!response.ok) throw new Error(String(response.status));
    return read(new Uint8Array(await response.arrayBuffer()), tile);
  }
}

// A tile as crowds ({lon, lat, n, overdue, …}) and as features like the list's.
export function read(bytes, { z, x, y }) {
  const { Pbf, VectorTile } = window; // VectorGrid leaves its reader of tiles in the page.
  const { crowds, cases } = new VectorTile(new Pbf(bytes)).layers;
  const place = (feature) => {
    const { type, coordinates } = feature.toGeoJSON(x, y, z).geometry;
    return type === "Point" ? coordinates : coordinates[0];
  };
  const each = (layer, make) => Array.from({ length: layer?.length ?? 0 }, (_, index) => make(layer.feature(index)));
  return {
    crowds: each(crowds, (feature) => { const [lon, lat] = place(feature); return { lon, lat, ...feature.properties }; }),
    features: each(cases, (feature) => as_case(feature.properties, place(feature))),
  };
}

function as_case({ standard_ref, kind, category, name_zh, name_en, grid, ...facts }, coordinates) {
  return {
    type: "Feature",
    geometry: { type: "Point", coordinates },
    properties: { ...facts, category: category ? { standard_ref, kind, code: category, name_zh, name_en } : null },
  };
}
