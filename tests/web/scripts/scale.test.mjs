import assert from "node:assert/strict";
import { test } from "node:test";
import { factor_for, load_step, settled, steps_of } from "../../../gridmap/static/js/layers/scale.js";

const many = (count, open) => Array(count).fill(open);

test("a quiet town is graded finely", () => {
  assert.equal(factor_for("village", many(40, 5)), 1);
  assert.deepEqual(steps_of("village"), [1, 3, 6, 12]);
  assert.deepEqual([0, 1, 3, 11, 12].map((open) => load_step("village", open)), [0, 1, 2, 3, 4]);
});

test("after a storm most grids are not in the darkest colour", () => {
  const storm = Array.from({ length: 40 }, (_, index) => 20 + 10 * index);
  const factor = factor_for("village", storm);
  const steps = storm.map((open) => load_step("village", open, factor));
  assert.ok(steps.filter((step) => step === 4).length <= 8);
  assert.ok(new Set(steps).size >= 3);
  assert.equal(load_step("village", 1, factor), 1);
});

test("steps are round numbers, and nothing is darker than nothing", () => {
  assert.deepEqual([9, 13, 25, 70, 130, 700].map((open) => factor_for("village", many(30, open))), [1, 2, 5, 10, 20, 100]);
  assert.equal(factor_for("micro", []), 1);
  assert.equal(factor_for("town", [12000]), 1);
});

test("one case more or less does not recolour a town to and fro", () => {
  const up = settled("village", many(30, 12), 1);
  assert.equal(up, 2);
  assert.equal(settled("village", many(30, 11), up), up);
  assert.equal(settled("village", many(30, 9), up), 1);
});
