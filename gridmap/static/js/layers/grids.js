// Grids on three levels, from vector tiles: the level of the moment is filled and answers, the others are lines.
import { signal } from "../signal.js";
import { pane } from "./spots.js";

const { L } = window;
export const LEVELS = ["town", "village", "micro"];
const FIRST_ZOOM = { town: 0, village: 11.5, micro: 13.5 };
const LINES = {
  town: { color: "var(--town-line)", weight: 2.5 },
  village: { color: "var(--village-line)", weight: 1.6 },
  micro: { color: "var(--grid-line)", weight: 0.8 },
};
const STEPS = { micro: [1, 4, 8, 15], village: [1, 8, 20, 40], town: [1, 50, 200, 1000] };

export const level_of = (zoom) => LEVELS.findLast((level) => zoom >= FIRST_ZOOM[level]);
export const load_step = (level, open) => STEPS[level].filter((at_least) => open >= at_least).length;
export const steps_of = (level) => STEPS[level];

export class Grids {
  constructor(map, url, counts) {
    this.map = map;
    this.url = url;
    this.counts = counts;
    this.forced = null;
    this.filled = true;
    this.clicked = signal();
    this.level_changed = signal();
    this.version = 0;
    this.layer = this.#layer(pane(map, "grids", 250));
    this.last_level = this.level;
    map.on("zoomend", () => this.#announce());
  }

  get level() {
    return this.forced ?? level_of(this.map.getZoom() ?? 12);
  }

  force(level) {
    this.forced = level;
    this.layer.redraw();
    this.#announce();
  }

  fill_by_load(on) {
    this.filled = on;
    this.layer.redraw();
  }

  // Grid counts changed: `codes`, or all.
  recolour(codes) {
    for (const code of codes ?? this.#drawn()) this.layer.resetFeatureStyle(code);
    this.#mark();
  }

  // Boundaries changed: other tiles, no reload of the page.
  reload(version) {
    this.version = version;
    this.layer.setUrl(this.#address());
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

  #address() {
    return this.version ? `${this.url}?v=${this.version}` : this.url;
  }

  #drawn() {
    return new Set(Object.values(this.layer._vectorTiles).flatMap((tile) => Object.keys(tile._features ?? {})));
  }

  #style(level) {
    return (properties, zoom) => {
      const active = level === (this.forced ?? level_of(this.#shown_zoom(zoom)));
      if (!active && zoom + 0.5 < FIRST_ZOOM[level]) return [];
      const lines = { ...LINES[level], opacity: 1, pane: "grids" };
      if (!active) return { ...lines, fill: false, className: "grid-line" };
      const step = this.filled ? load_step(level, this.counts.get(properties.code).open) : 0;
      return { ...lines, fill: true, fillColor: `var(--load-${step})`, fillOpacity: 0.92, className: "grid-area" };
    };
  }

  // Tiles are cut for whole zooms; the map may stand between two.
  #shown_zoom(tile_zoom) {
    const zoom = this.map.getZoom();
    return zoom !== undefined && Math.abs(zoom - tile_zoom) <= 1 ? zoom : tile_zoom;
  }

  #layer(pane_name) {
    const grids = this;
    const Tiles = L.VectorGrid.Protobuf.extend({
      // The filled level first, so that every line lies above it.
      _getVectorTilePromise(coords) {
        return L.VectorGrid.Protobuf.prototype._getVectorTilePromise.call(this, coords).then((tile) => {
          const order = [grids.level, ...LEVELS.toReversed()];
          return { layers: Object.fromEntries([...new Set(order)].filter((name) => tile.layers[name]).map((name) => [name, tile.layers[name]])) };
        });
      },
    });
    const layer = new Tiles(this.#address(), {
      pane: pane_name, interactive: true, maxNativeZoom: 17, maxZoom: 20, minZoom: 3, updateWhenZooming: false,
      rendererFactory: L.svg.tile,
      getFeatureId: (feature) => feature.properties.code,
      vectorTileLayerStyles: Object.fromEntries(LEVELS.map((level) => [level, this.#style(level)])),
    });
    const answer = (event) => event.layer?.properties && event.layer.properties.level === this.level && event.layer.properties.code;
    layer.on("click", (event) => {
      const code = answer(event);
      if (code) { L.DomEvent.stop(event); this.clicked.emit(code); }
    });
    layer.on("mouseover", (event) => this.#hover(answer(event) || null));
    layer.on("mouseout", () => this.#hover(null));
    layer.on("load", () => this.#mark());
    // A level that changes between two whole zooms keeps its tiles, so they are drawn anew.
    this.level_changed.on(() => layer.redraw());
    return layer.addTo(this.map);
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
