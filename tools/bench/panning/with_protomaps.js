// protomaps-leaflet: canvas tiles.
import { FIRST_ZOOM, LEVELS, LINES } from "/static/js/layers/levels.js";
import { css, step_of } from "./driving.js";

export async function draw(map, url) {
  await new Promise((go) => { const script = document.createElement("script"); script.src = "/lib/protomaps-leaflet/dist/protomaps-leaflet.js"; script.onload = go; document.head.append(script); });
  const { PolygonSymbolizer, LineSymbolizer, leafletLayer } = window.protomapsL;
  const loads = [0, 1, 2, 3, 4].map((step) => css(`load-${step}`));
  const last = { town: FIRST_ZOOM.village - 1, village: FIRST_ZOOM.micro - 1 };
  const areas = LEVELS.map((level) => ({ dataLayer: level, minzoom: FIRST_ZOOM[level], maxzoom: last[level],
    symbolizer: new PolygonSymbolizer({ fill: (_, feature) => loads[step_of(feature.props.code)], perFeature: true }) }));
  const lines = LEVELS.toReversed().map((level) => ({ dataLayer: level, minzoom: FIRST_ZOOM[level] - 1,
    symbolizer: new LineSymbolizer({ color: css(LINES[level].color.slice(6, -1)), width: LINES[level].weight }) }));
  leafletLayer({ url, maxDataZoom: 17, paintRules: [...areas, ...lines], labelRules: [] }).addTo(map);
}
