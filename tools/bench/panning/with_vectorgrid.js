// Leaflet.VectorGrid on SVG: an element for each area and each line.
import { FIRST_ZOOM, LEVELS, LINES, level_of } from "/static/js/layers/levels.js";
import { step_of } from "./driving.js";

const { L } = window;
const apart = (layer) => layer && { ...layer, features: layer.features.map((feature) => Object.create(feature, { properties: { value: { ...feature.properties, code: `${feature.properties.code} line` } } })) };

export function draw(map, url) {
  const line = (level, zoom) => (zoom + 1 < FIRST_ZOOM[level] ? [] : { color: LINES[level].color, weight: LINES[level].weight, opacity: 1, fill: false });
  const Tiles = L.VectorGrid.Protobuf.extend({
    async _getVectorTilePromise({ x, y, z }) {
      const { layers } = await L.VectorGrid.Protobuf.prototype._getVectorTilePromise.call(this, { x, y, z: z - 1 });
      const drawn = { area: layers[level_of(z)], ...Object.fromEntries(LEVELS.toReversed().map((name) => [name, apart(layers[name])])) };
      return { layers: Object.fromEntries(Object.entries(drawn).filter(([, layer]) => layer)) };
    },
  });
  new Tiles(url, {
    interactive: true, tileSize: 512, maxNativeZoom: 17, maxZoom: 20, minZoom: 3, updateWhenZooming: false, rendererFactory: L.svg.tile,
    getFeatureId: (feature) => feature.properties.code,
    vectorTileLayerStyles: {
      area: ({ code }) => ({ stroke: false, fill: true, fillColor: `var(--load-${step_of(code)})`, fillOpacity: 1 }),
      ...Object.fromEntries(LEVELS.map((level) => [level, (_, zoom) => line(level, zoom)])),
    },
  }).addTo(map);
}
