// Grids on three levels, from vector tiles: the level of the moment is filled and answers, the others are lines.
import { signal } from "../signal.js";
import { FIRST_ZOOM, LEVELS, LINES, level_of } from "./levels.js";
import { Scale } from "./scale.js";
import { pane, rem } from "./spots.js";

const { L } = window;
const DEEPEST_TILES = 17;
// Twice the usual, so a quarter of the requests; a tile of this size is the usual one of the zoom before.
const TILE_PX = 512;

export class Grids {
  constructor(map, url, counts) {
    this.map = map;
    this.url = url;
    this.counts = counts;
    this.scale = new Scale(counts);
    this.forced = null;
    this.filled = true;
    this.clicked = signal();
    this.level_changed = signal();
    this.layer = this.#layer(pane(map, "grids", 250));
    this.last_level = this.level;
    map.on("zoomend", () => this.#announce());
    this.scale.changed.on(() => this.recolour());
  }

  get level() {
    return this.forced ?? level_of(this.map.getZoom() ?? 12);
  }

  force(level) {
    if (level === this.forced) return;
    this.forced = level;
    this.layer.redraw();
    this.#announce();
  }

  fill_by_load(on) {
    if (on === this.filled) return;
    this.filled = on;
    this.layer.redraw();
  }

  // Grid counts changed: `codes`, or all.
  recolour(codes) {
    for (const code of codes ?? this.#drawn()) this.layer.resetFeatureStyle(code);
    this.#mark();
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
    this.#mark();
  }

  #announce() {
    if (this.level === this.last_level) return;
    this.last_level = this.level;
    this.level_changed.emit(this.level);
  }

  #drawn() {
    return new Set(Object.values(this.layer._vectorTiles).flatMap((tile) => Object.keys(tile._features ?? {})));
  }

  #area(properties) {
    const step = this.filled ? this.scale.step(properties.level, this.counts.get(properties.code).open) : 0;
    return { stroke: false, fill: true, fillColor: `var(--load-${step})`, className: "grid-area" };
  }

  #line(level, zoom) {
    if (level !== this.forced && zoom + 1 < FIRST_ZOOM[level]) return [];
    return { color: LINES[level].color, weight: (LINES[level].weight * rem()) / 15, opacity: 1, fill: false, className: "grid-line" };
  }

  #layer(pane_name) {
    const grids = this;
    const Tiles = L.VectorGrid.Protobuf.extend({
      // GridLayer.redraw forgets to round where the map stands between two zooms.
      _clampZoom: (zoom) => Math.min(Math.round(zoom), DEEPEST_TILES),
      // The areas of one level, and above them the lines of all, finer ones first.
      _getVectorTilePromise(coords) {
        return L.VectorGrid.Protobuf.prototype._getVectorTilePromise.call(this, { x: coords.x, y: coords.y, z: coords.z - 1 }).then((tile) => {
          const level = grids.forced ?? level_of(coords.z);
          const layers = { area: tile.layers[level], ...Object.fromEntries(LEVELS.toReversed().map((name) => [name, as_lines(tile.layers[name])])) };
          return { layers: Object.fromEntries(Object.entries(layers).filter(([, layer]) => layer)) };
        });
      },
    });
    const layer = new Tiles(this.url, {
      pane: pane_name, interactive: true, tileSize: TILE_PX, maxNativeZoom: DEEPEST_TILES, maxZoom: 20, minZoom: 3, updateWhenZooming: false,
      rendererFactory: L.svg.tile,
      getFeatureId: (feature) => feature.properties.code,
      vectorTileLayerStyles: { area: (properties) => this.#area(properties), ...Object.fromEntries(LEVELS.map((level) => [level, (_, zoom) => this.#line(level, zoom)])) },
    });
    const answer = (event) => event.layer?.properties && event.layer.properties.level === this.level && event.layer.properties.code;
    layer.on("click", (event) => {
      const code = answer(event);
      if (code) { L.DomEvent.stop(event); this.clicked.emit(code); }
    });
    layer.on("mouseover", (event) => this.#hover(answer(event) || null));
    layer.on("mouseout", () => this.#hover(null));
    layer.on("load", () => this.#mark());
    return layer.addTo(this.map);
  }

  // A count changed while somebody looks: the grid itself says so.
  #bump(codes) {
    for (const tile of Object.values(this.layer._vectorTiles)) {
      for (const code of codes) {
        const path = tile._features?.[code]?.feature._path;
        path?.classList.add("bumped");
        setTimeout(() => path?.classList.remove("bumped"), 3500);
      }
    }
  }

  #hover(code) {
    if (code === this.hovered) return;
    this.hovered = code;
    this.#mark();
  }

  #mark() {
    for (const tile of Object.values(this.layer._vectorTiles)) {
      for (const [code, { feature }] of Object.entries(tile._features ?? {})) {
        feature._path?.classList.toggle("hovered", code === this.hovered);
        feature._path?.classList.toggle("chosen", code === this.chosen);
      }
    }
  }
}

// The same shapes under names of their own: an area and its line are drawn apart.
function as_lines(layer) {
  return layer && { ...layer, features: layer.features.map((feature) => Object.create(feature, { properties: { value: { ...feature.properties, code: `${feature.properties.code} line` } } })) };
}
