import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = { documentElement: { lang: "zh-CN" } };
const { FIGURES, compared, counted, sums } = await import("../../../gridmap/static/js/publishing/figures.js");
const { around, box_of, fate, seen } = await import("../../../gridmap/static/js/publishing/ground.js");
const { stop_at } = await import("../../../gridmap/static/js/publishing/stops.js");
const { town_moment, typed } = await import("../../../gridmap/static/js/times.js");
const { percent } = await import("../../../gridmap/static/js/publishing/lineage.js");
const figure = (key) => FIGURES.find((one) => one.key === key);

test("a difference is told by sign, and only where a reader sees one", () => {
  assert.deepEqual(compared(figure("open_cases"), { open_cases: 2 }, { open_cases: 5 }), { now: "5", was: "2", sign: "more", by: "+3" });
  assert.deepEqual(compared(figure("load"), { load: 1.5 }, { load: 0.25 }), { now: "0.25", was: "1.50", sign: "less", by: "−1.25" });
  assert.equal(compared(figure("reock"), { reock: 0.701 }, { reock: 0.702 }).sign, "same");
  assert.equal(compared(figure("load"), { load: null }, { load: null }).sign, "same");
  assert.equal(compared(figure("cameras"), null, { cameras: 0 }).sign, "come");
  assert.equal(compared(figure("cameras"), { cameras: 0 }, null).sign, "gone");
});

test("only what adds up is added up", () => {
  const grids = [{ before: { open_cases: 3, load: 1 }, after: { open_cases: 1, load: 2 } }, { before: null, after: { open_cases: 2, load: 3 } }];
  assert.deepEqual([sums(grids, "before").open_cases, sums(grids, "after").open_cases], [3, 3]);
  assert.equal("load" in sums(grids, "after"), false);
});

test("the summary counts micro-grids, not the villages that end with them", () => {
  const same = { before: { area_m2: 5 }, after: { area_m2: 5 } };
  const impact = { grids: [{ before: {}, after: null }, { before: null, after: {} }, { code: "corner", ...same }, { code: "name", ...same }], renamed: ["name"], retired: ["310151999201001", "310151999201"], zones: ["310151999Z001"], cases: [1], cameras: [], service_points: [], left: { a: 2, b: 3 }, told: 4 };
  assert.deepEqual(counted(impact), { grids: 3, begun: 1, ended: 1, zones: 1, cases: 1, cameras: 0, services: 0, left: 5, told: 4 });
});

const grid = (id, at) => ({ id, geometry: { coordinates: [[[at, 0], [at + 1, 0], [at + 1, 1], [at, 0]]] } });

test("what differs stands in the place of what was there", () => {
  const differences = [{ code: "b", before: grid("b", 1), after: grid("b", 5) }, { code: "c", before: null, after: grid("c", 2) }, { code: "a", before: grid("a", 0), after: null }];
  const found = seen([grid("a", 0), grid("b", 1), grid("d", 3)], differences, "after");
  assert.deepEqual(found.map((one) => one.id).sort(), ["b", "c", "d"]);
  assert.deepEqual(box_of(found), [2, 0, 6, 1]);
  assert.equal(box_of([]), null);
  assert.equal(around([0, 0, 1, 2]), "-0.250000,-0.500000,1.250000,2.500000");
});

test("a corner more on a border is no change of ground", () => {
  assert.deepEqual([fate(null, {}), fate({}, null), fate({ area_m2: 9 }, { area_m2: 9.1 }), fate({ area_m2: 9 }, { area_m2: 12 })], ["new", "gone", "kept", "changed"]);
});

test("a field for an hour holds the town's clock", () => {
  assert.equal(typed(Date.parse("2026-11-22T16:30:00Z")), "2026-11-23T00:30");
  assert.equal(town_moment("2026-11-23T00:30"), Date.parse("2026-11-22T16:30:00Z"));
  assert.ok(Number.isNaN(town_moment("")));
});

test("a sliver is not nothing, and almost all is not all", () => {
  assert.deepEqual([0.0001, 0.5, 0.999, 1].map(percent), ["<1", "50", ">99", "100"]);
});

test("the last publish at a moment", () => {
  const stops = [{ at: "2026-01-01T00:00:00Z" }, { at: "2026-03-01T00:00:00.5Z" }];
  assert.deepEqual([null, "2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"].map((at) => stop_at(stops, at)), [1, -1, 0, 0, 1]);
});
