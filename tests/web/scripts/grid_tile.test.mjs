import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = { documentElement: { lang: "zh-CN" } };
const { GridTile, holds } = await import("../../../gridmap/static/js/layers/grid_tile.js");

const ring = (...places) => places.map(([x, y]) => ({ x, y }));
const SQUARE = ring([0, 0], [100, 0], [100, 100], [0, 100], [0, 0]);
const HOLE = ring([40, 40], [40, 60], [60, 60], [60, 40], [40, 40]);
const ISLAND = ring([200, 0], [210, 0], [210, 10], [200, 10], [200, 0]);

test("a grid holds what lies in it: not its holes, all of its parts", () => {
  const inside = (x, y) => holds([SQUARE, HOLE, ISLAND], { x, y });
  assert.deepEqual([inside(10, 10), inside(50, 50), inside(205, 5), inside(150, 5), inside(-1, 50)], [true, false, true, false, false]);
});

test("neighbours share a border, and each place on it is one grid's alone", () => {
  const other = ring([100, 0], [200, 0], [200, 100], [100, 100], [100, 0]);
  for (const place of [{ x: 100, y: 50 }, { x: 99.999, y: 50 }, { x: 100.001, y: 50 }]) {
    assert.equal([SQUARE, other].filter((one) => holds([one], place)).length, 1);
  }
});

test("a tile answers for the level it is asked for", () => {
  const tile = Object.create(GridTile.prototype, { levels: { value: { village: new Map([["v", [SQUARE]]]), micro: new Map([["m", [HOLE]]]) } } });
  const half = 50 / 4096;
  assert.deepEqual([tile.at("village", half, half), tile.at("micro", half, half), tile.at("micro", 0.5, 0.5), tile.at("town", half, half)], ["v", "m", null, null]);
});

test("a tile is drawn anew only where a colour of its own is another", () => {
  const tile = Object.create(GridTile.prototype, { colors: { value: new Map([["a", "pale"], ["b", "deep"]]) } });
  const fill = (code) => ({ a: "pale", b: "pale", c: "deep" })[code];
  assert.deepEqual([["a"], ["b"], ["c"], ["a", "b"]].map((codes) => tile.outdated(codes, fill)), [false, true, false, true]);
});
