import assert from "node:assert/strict";
import { test } from "node:test";

// As much of Leaflet and of a page as zones are drawn with.
const drawn = { on: () => drawn, getBounds: () => ({}), setStyle: () => drawn };
const layer = { clearLayers: () => layer, addLayer: () => layer };
class Made { on() { return this; } }
const L = { Icon: { extend: () => Made }, Marker: { extend: () => Made }, geoJSON: () => drawn, layerGroup: () => layer };
Object.assign(globalThis, { window: { L }, document: { documentElement: { lang: "zh-CN" }, getElementById: () => ({}) } });
const { Zones } = await import("../../../gridmap/static/js/layers/zones.js");

test("of two answers that overtake each other the one asked for last stands there", async () => {
  const waiting = [];
  globalThis.fetch = () => new Promise((answered) => { waiting.push((features) => answered({ ok: true, headers: new Map(), json: async () => ({ features }) })); });
  const zones = new Zones({ createPane: () => ({ style: {} }) }, "/zones");
  const [first, second] = [zones.load(), zones.load()];
  const market = { properties: { code: "310151101Z001", label: [121.4, 31.6] } };
  waiting[1]([market]);
  await second;
  waiting[0]([]);
  await first;
  assert.deepEqual([...zones.features.keys()], ["310151101Z001"]);
});
