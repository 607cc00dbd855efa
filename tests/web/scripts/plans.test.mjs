import assert from "node:assert/strict";
import { test } from "node:test";
import { apart_m, area_m2, key_of, middle, moved, rounded, same } from "../../../gridmap/static/js/plans/places.js";
import { beside, corners_of, only_corners } from "../../../gridmap/static/js/plans/corners.js";
import { widest_place } from "../../../gridmap/static/js/plans/names.js";
import { snap } from "../../../gridmap/static/js/plans/snapping.js";
import { followers, thinned } from "../../../gridmap/static/js/plans/thinning.js";
import { weighted } from "../../../gridmap/static/js/plans/weighted.js";
import { roads } from "../../../gridmap/static/js/plans/roads.js";
import { spread } from "../../../gridmap/static/js/plans/spreading.js";
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

test("corners and edges are listed once, also where two chosen grids share them", () => {
  const { corners, edges } = corners_of(town(), ["a", "b"]);
  assert.equal(corners.size, 6);
  assert.equal(edges.size, 7);
  const keys = [...corners.keys()];
  assert.equal(beside(corners, keys.at(-1), 1), keys[0]);
  assert.equal(beside(corners, keys[0], -1), keys.at(-1));
});

const line = (...pixels) => pixels.map((pixel) => ({ pixel, place: pixel }));

test("a corner catches before an edge, the nearest of each, and nothing beyond reach", () => {
  const lines = [line([0, 0], [100, 0]), line([100, 0], [100, 100])];
  assert.deepEqual(snap([96, 4], lines, 10).place, [100, 0]);
  assert.equal(snap([96, 4], lines, 10).kind, "corner");
  assert.deepEqual(snap([50, 6], lines, 10).place, [50, 0]);
  assert.equal(snap([50, 30], lines, 10), null);
});

test("what is left out catches nothing, nor do the edges at it", () => {
  const lines = [line([0, 0], [100, 0])];
  assert.equal(snap([50, 2], lines, 10, ([x]) => x === 100), null);
  assert.deepEqual(snap([1, 1], lines, 10, ([x]) => x === 100).place, [0, 0]);
});

const dots = (...xs) => xs.map((x) => ({ key: String(x), pixel: [x, 0], first: 0 }));

test("shown corners lie apart, and junctions are always shown", () => {
  assert.deepEqual(thinned(dots(0, 10, 20, 30, 40), 20).map(({ key }) => key), ["0", "20", "40"]);
  const with_junction = dots(0, 10, 20).map((one) => ({ ...one, first: one.key === "10" ? 1 : 0 }));
  assert.deepEqual(thinned(with_junction, 20).map(({ key }) => key), ["10"]);
});

test("hidden corners follow less and less, to the next shown one and no further", () => {
  const arc = dots(0, 10, 20, 30, 40);
  const found = followers("20", [arc], new Set(["20", "40"]), 100);
  assert.deepEqual([...found].sort(), [["10", 0.5], ["30", 0.5]]);
  assert.deepEqual([...followers("20", [arc], new Set(["10", "20", "30"]), 100)], [], "nothing is hidden beside it");
  assert.deepEqual([...followers("20", [dots(0, 5, 10, 15, 20, 100)], new Set(), 12)].map(([key]) => key), ["15", "10"], "a long way is not followed");
});

test("points are read as people paste them", () => {
  assert.deepEqual(weighted("121.4, 31.6, 12\n\n121.5 31.7\n121.6，31.8，0"), { points: [[121.4, 31.6, 12], [121.5, 31.7, 1], [121.6, 31.8, 0]], bad: null });
  assert.deepEqual(weighted("121.4,31.6\nnonsense").bad, { line: 2, text: "nonsense" });
  for (const wrong of ["31.6, 121.4", "121.4", "121.4, 31.6, -1", "121.4, 31.6, 1, 2", "121.4, 31.6, x"]) assert.equal(weighted(wrong).bad?.line, 1, wrong);
});

test("a name stands where its grid is wide", () => {
  const wide_above = [[0, 0], [1, 0], [1, 5.1], [10, 5.1], [10, 8], [0, 8], [0, 0]];
  const [x, y] = widest_place(wide_above);
  assert.ok(y > 5 && x > 1 && x < 10);
});

test("households are spread over their grid's ground, holes left out, and none are lost", () => {
  const square = [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]];
  const hole = [[1, 1], [3, 1], [3, 3], [1, 3], [1, 1]];
  const points = spread([{ polygons: [[square, hole]], households: 120 }, { polygons: [[[[9, 9], [10, 9], [9, 9]]]], households: 7 }, { polygons: [[square]], households: 0 }]);
  assert.equal(Math.round(points.reduce((sum, [, , weight]) => sum + weight, 0)), 127);
  const [ringed, thin] = [points.filter(([lon]) => lon < 5), points.filter(([lon]) => lon > 5)];
  assert.ok(ringed.length > 30);
  assert.ok(ringed.every(([lon, lat]) => lon > 0 && lon < 4 && !(lon > 1 && lon < 3 && lat > 1 && lat < 3)));
  assert.deepEqual(thin, [[9, 9, 7]]);
});

test("roads of a file: lines that come near, or why there are none", () => {
  const line = (...coordinates) => ({ type: "Feature", geometry: { type: "LineString", coordinates } });
  const file = (...features) => JSON.stringify({ type: "FeatureCollection", features });
  const box = [0, 0, 2, 2];
  assert.deepEqual(roads(file(line([-1, 1, 5], [3, 1, 5]), line([8, 8], [9, 9])), box), { lines: [[[-1, 1], [3, 1]]], wrong: null });
  assert.deepEqual(roads(JSON.stringify({ type: "MultiLineString", coordinates: [[[1, 0], [1, 2]], [[0, 1], [1, 1]]] }), box).lines.length, 2);
  const wrong = (text) => roads(text, box).wrong;
  assert.equal(wrong("not at all"), "unreadable");
  assert.equal(wrong(file({ type: "Feature", geometry: { type: "Point", coordinates: [1, 1] } })), "no_lines");
  assert.equal(wrong(file(line([380000, 3500000], [380100, 3500100]))), "datum");
  assert.equal(wrong(JSON.stringify({ crs: { properties: { name: "EPSG:2385" } }, ...line([0, 0], [1, 1]) })), "datum");
  assert.equal(wrong(file(line([8, 8], [9, 9]))), "elsewhere");
  assert.equal(wrong(file(...Array(501).fill(line([0, 0], [1, 1])))), "too_many");
});

test("a corner on the border is no change of ground; a corner beside it is", () => {
  const square = (...more) => [[[[121, 31], [121.01, 31], ...more, [121.01, 31.01], [121, 31.01], [121, 31]]]];
  assert.equal(only_corners(square(), square([121.01, 31.005])), true);
  assert.equal(only_corners(square(), square([121.011, 31.005])), false);
  assert.equal(only_corners(square([121.01, 31.005]), square()), false);
});
