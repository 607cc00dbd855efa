// maplibre-gl through its Leaflet bridge: WebGL.
import { FIRST_ZOOM, LEVELS, LINES } from "/static/js/layers/levels.js";
import { css, step_of } from "./driving.js";

export async function draw(map, url, _, codes) {
  window.maplibregl = await import("/lib/maplibre-gl/dist/maplibre-gl.mjs");
  window.maplibregl.setWorkerUrl("/lib/maplibre-gl/dist/maplibre-gl-worker.mjs");
  await new Promise((go) => { const script = document.createElement("script"); script.src = "/lib/@maplibre/maplibre-gl-leaflet/leaflet-maplibre-gl.js"; script.onload = go; document.head.append(script); });
  // Its zooms count tiles of 512 pixels: one less than Leaflet's.
  const ends = { town: FIRST_ZOOM.village, village: FIRST_ZOOM.micro, micro: 24 };
  const loads = [0, 1, 2, 3, 4].flatMap((step) => [step, css(`load-${step}`)]).slice(0, -2);
  const fill = ["match", ["coalesce", ["feature-state", "step"], 0], ...loads, css("load-4")];
  const layers = [
    ...LEVELS.map((level) => ({ id: `${level} area`, type: "fill", source: "grids", "source-layer": level, minzoom: Math.max(0, FIRST_ZOOM[level] - 1.5), maxzoom: ends[level] - 1.5, paint: { "fill-color": fill, "fill-antialias": false } })),
    ...LEVELS.toReversed().map((level) => ({ id: `${level} line`, type: "line", source: "grids", "source-layer": level, minzoom: Math.max(0, FIRST_ZOOM[level] - 2), paint: { "line-color": css(LINES[level].color.slice(6, -1)), "line-width": LINES[level].weight } })),
  ];
  const style = { version: 8, sources: { grids: { type: "vector", tiles: [url], minzoom: 0, maxzoom: 17, promoteId: "code" } }, layers };
  const layer = window.L.maplibreGL({ style, interactive: false, attributionControl: false }).addTo(map);
  const gl = layer.getMaplibreMap();
  await new Promise((go) => gl.on("load", go));
  for (const code of codes) gl.setFeatureState({ source: "grids", sourceLayer: { 9: "town", 12: "village", 15: "micro" }[code.length], id: code }, { step: step_of(code) });
}
