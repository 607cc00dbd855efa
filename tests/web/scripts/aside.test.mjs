import assert from "node:assert/strict";
import { test } from "node:test";
import { aside } from "../../../gridmap/static/js/layers/aside.js";

const box = { x: 100, top: 100, wide: 60, high: 14 };
const wide = { north: 40, south: 160 };

test("a name that no mark meets stays", () => {
  assert.equal(aside(box, [], 4, wide), 0);
  assert.equal(aside(box, [{ x: 160, y: 107, r: 20 }, { x: 100, y: 134, r: 20 }], 4, wide), 0);
});

test("it moves the shorter way, or into a gap between two marks", () => {
  assert.equal(aside(box, [{ x: 100, y: 95, r: 20 }], 4, wide), 16);
  assert.equal(aside(box, [{ x: 100, y: 120, r: 20 }], 4, wide), -16);
  assert.equal(aside(box, [{ x: 100, y: 95, r: 20 }, { x: 100, y: 152, r: 20 }], 4, wide), 16);
});

test("it stays within its grid, where that is clear or not", () => {
  assert.equal(aside(box, [{ x: 100, y: 95, r: 20 }], 4, { north: 60, south: 126 }), -40);
  assert.equal(aside(box, [{ x: 100, y: 107, r: 60 }], 4, { north: 90, south: 130 }), 0);
  assert.equal(aside(box, [{ x: 100, y: 95, r: 20 }, { x: 100, y: 144, r: 20 }], 4, { north: 90, south: 140 }), 12);
});

test("it makes way for a name beside it that reaches so far", () => {
  const name = { x: 180, y: 107, r: 7 };
  assert.equal(aside(box, [name], 4, wide), 0);
  assert.equal(aside(box, [{ ...name, half: 60 }], 4, wide), 16);
});
