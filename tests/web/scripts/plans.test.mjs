import assert from "node:assert/strict";
import { test } from "node:test";
import { apart_m, area_m2, key_of, middle, moved, rounded, same } from "../../../gridmap/static/js/plans/places.js";
import { Topology } from "../../../gridmap/static/js/plans/topology.js";

// Two squares side by side, a third one north of both: the corner at (1, 1) is a triple point.
const facts = (code) => ({ code, name: code, changed: false, drawn: true });
const THREE = {
  arc_ids: ["west", "between", "east", "south_top", "east_top", "north"],
  arcs: [
    [[0, 1], [0, 0], [1, 0]],
    [[1, 0], [1, 1]],
    [[1, 0], [2, 0], [2, 1]],
    [[0, 1], [1, 1]],
    [[1, 1], [2, 1]],
    [[2, 1], [2, 2], [0, 2], [0, 1]],
  ],
  objects: { grids: { geometries: [
    { type: "Polygon", id: "a", arcs: [[0, 1, -4]], properties: facts("a") },
    { type: "Polygon", id: "b", arcs: [[2, -5, -2]], properties: facts("b") },
    { type: "MultiPolygon", id: "c", arcs: [[[3, 4, 5]]], properties: facts("c") },
  ] } },
};

function town() {
  const made = new Topology();
  made.take(THREE);
  return made;
}

test("rings are closed ways along arcs, backwards where need be", () => {
  assert.deepEqual(town().polygons("a"), [[[[0, 1], [0, 0], [1, 0], [1, 1], [0, 1]]]]);
  assert.deepEqual(town().polygons("c"), [[[[0, 1], [1, 1], [2, 1], [2, 2], [0, 2], [0, 1]]]]);
});

test("a corner that is moved moves in every grid that has it, and nowhere else", () => {
  const moves = new Map([[key_of([1, 1]), [1.2, 0.9]]]);
  const made = town();
  for (const code of ["a", "b", "c"]) assert.ok(made.polygons(code, moves).flat(2).some((place) => same(place, [1.2, 0.9])), code);
  assert.ok(!["a", "b", "c"].some((code) => made.polygons(code, moves).flat(2).some((place) => same(place, [1, 1]))));
  assert.deepEqual(made.polygons("a"), town().polygons("a"), "and what is known stays as it was");
  assert.deepEqual(made.grids_at([1, 1]), ["a", "b", "c"]);
  assert.deepEqual(made.grids_at([0, 0]), ["a"]);
});

test("a junction is where arcs end; a corner within an arc is none", () => {
  assert.ok(town().is_junction([1, 1]));
  assert.ok(!town().is_junction([0, 0]));
  assert.deepEqual(town().neighbours("a"), ["b", "c"]);
});

test("an answer takes the place of what is known of its grids, and arcs nobody uses are forgotten", () => {
  const made = town();
  made.take({ arc_ids: ["around"], arcs: [[[0, 0], [2, 0], [2, 1], [0, 1], [0, 0]]], objects: { grids: { geometries: [{ type: "Polygon", id: "a", arcs: [[0]], properties: facts("a") }] } } }, ["b"]);
  assert.deepEqual([...made.grids.keys()].sort(), ["a", "c"]);
  assert.deepEqual([...made.arcs.keys()].sort(), ["around", "east_top", "north", "south_top"]);
  assert.equal(made.corners.has(key_of([1, 0])), false);
});

test("metres and degrees", () => {
  const here = [121.4, 31.6];
  assert.ok(Math.abs(apart_m(here, moved(here, 3, 4)) - 5) < 0.01);
  assert.deepEqual(middle([0, 0], [1, 2]), [0.5, 1]);
  assert.deepEqual(rounded([1.123456789, 2]), [1.12345679, 2]);
  const square = [[121.4, 31.6], [121.41, 31.6], [121.41, 31.61], [121.4, 31.61], [121.4, 31.6]];
  assert.ok(Math.abs(area_m2([square]) - 948.4 * 1108.9) < 0.01 * 948.4 * 1108.9);
});
