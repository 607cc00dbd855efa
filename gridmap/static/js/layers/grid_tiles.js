// The layer of such tiles: asks for them, has them drawn as sharp as the screen is, and knows which grid lies where.
import { bytes_of } from "../again.js";
import { once_a_frame } from "../signal.js";
import { GridTile } from "./grid_tile.js";

const { L } = window;
const DEEPEST_TILES = 17;
// Twice the usual, so a quarter of the requests; a tile of this size is the usual one of the zoom before.
const TILE_PX = 512;
const MOST_PX = 2048; // Of a canvas, each way: beyond, the deepest zooms would fill the memory.
const PAUSES_MS = [1000, 2000, 4000, 8000]; // Before a tile that did not come is asked for again.

export const GridTiles = L.GridLayer.extend({
  options: { tileSize: TILE_PX, maxNativeZoom: DEEPEST_TILES, maxZoom: 20, minZoom: 3, updateWhenZooming: false },

  // `level(zoom)`: whose areas answer on tiles of a zoom; `style(zoom)`: how they are drawn, as `GridTile.draw` has it.
  initialize(url, { level, style }, options) {
    L.setOptions(this, options);
    Object.assign(this, { url, level, style, picked: new Map(), held: new Map(), stale: new Set() });
    this.draw_soon = once_a_frame(() => this._draw_stale());
    this.on("tileunload", ({ coords }) => this._forget(coords));
  },

  onAdd(map) {
    L.GridLayer.prototype.onAdd.call(this, map);
    // Between two whole zooms tiles are scaled: they are drawn anew, to be as sharp there.
    map.on("zoomend resize", () => this.repaint());
  },

  // Levels, lines or the screen are others.
  repaint() {
    this._outdate(() => true);
  },

  // The colours of these grids may be others; without codes those of all.
  recolour(codes) {
    const { fill } = this.style(this._tileZoom);
    this._outdate((tile) => tile.outdated(codes ?? [...tile.colors.keys()], fill));
  },

  _outdate(which) {
    for (const tile of this.held.values()) if (tile.zoom === this._tileZoom && which(tile)) this.stale.add(tile);
    if (this.stale.size) this.draw_soon();
  },

  setUrl(url) {
    this.url = url;
    this.redraw();
  },

  // Grids that lie above the others: code -> classes.
  pick(picked) {
    this.picked = picked;
    for (const tile of this.held.values()) tile.pick(this.level(tile.zoom), picked);
  },

  code_at(latlng) {
    const zoom = this._tileZoom;
    const { x, y } = this._map.project(latlng, zoom).divideBy(TILE_PX);
    const tile = this.held.get(key({ x: Math.floor(x), y: Math.floor(y), z: zoom }));
    return tile ? tile.at(this.level(zoom), x - Math.floor(x), y - Math.floor(y)) : null;
  },

  createTile(coords, done) {
    const tile = Object.assign(new GridTile(), { zoom: coords.z, asking: new AbortController() });
    this.held.set(key(coords), tile);
    this.addInteractiveTarget(tile.node);
    // One that is gone may have a successor of the same name by now, which has not come yet.
    const end = (error) => tile.asking.signal.aborted || done(error, tile.node);
    this._bring(coords, tile).then(() => end(null), end);
    return tile.node;
  },

  async _bring({ x, y, z }, tile) {
    // Where nobody moves the map, a hole would stay.
    tile.read(await bytes_of(L.Util.template(this.url, { x, y, z: z - 1 }), tile.asking.signal, PAUSES_MS));
    this._draw(tile);
    tile.pick(this.level(tile.zoom), this.picked);
  },

  _draw_stale() {
    const tiles = [...this.stale].filter((tile) => !tile.asking.signal.aborted);
    this.stale.clear();
    for (const tile of tiles) this._draw(tile);
  },

  _draw(tile) {
    const shown = TILE_PX * this._map.getZoomScale(this._map.getZoom(), tile.zoom);
    tile.draw(this.style(tile.zoom), Math.min(MOST_PX, Math.round(shown * devicePixelRatio)), shown);
  },

  _forget(coords) {
    const tile = this.held.get(key(coords));
    tile.asking.abort();
    this.held.delete(key(coords));
    this.removeInteractiveTarget(tile.node);
  },

  // GridLayer.redraw forgets to round where the map stands between two zooms.
  _clampZoom: (zoom) => Math.min(Math.round(zoom), DEEPEST_TILES),
});

const key = ({ x, y, z }) => `${x}:${y}:${z}`;
