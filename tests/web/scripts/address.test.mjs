import assert from "node:assert/strict";
import { test } from "node:test";
import { read, write } from "../../../gridmap/static/js/address.js";

test("the address says the view and what is chosen, there and back", () => {
  const hash = write({ zoom: 14.25, lat: 31.63, lon: 121.4 }, { kind: "case", id: "20261122-000001" });
  assert.deepEqual(read(hash), { view: { zoom: 14.25, lat: 31.63, lon: 121.4 }, chosen: { kind: "case", id: "20261122-000001" }, at: null, filter: "" });
});

test("a place's own separators survive", () => {
  const { chosen } = read(write({ zoom: 3, lat: 0, lon: 0 }, { kind: "place", id: "121.4,31.6" }));
  assert.equal(chosen.id, "121.4,31.6");
});

test("nonsense chooses nothing and leads nowhere", () => {
  for (const hash of ["", "#", "#map=1/2", "#map=a/b/c&sel=x", "#sel=planet:earth", "#map=3/99/0", "#sel=case:", "#%%%"]) {
    assert.deepEqual(read(hash), { view: null, chosen: null, at: null, filter: "" }, hash);
  }
});

test("the filter goes into the address and comes back", () => {
  const hash = write({ zoom: 14, lat: 31, lon: 121 }, null, "queue=overdue&state=handling%2Cverifying");
  assert.equal(read(hash).filter, "queue=overdue&state=handling%2Cverifying");
  assert.equal(read("#map=14/31/121&queue=mine&colour=red").filter, "queue=mine");
});

test("the past moment looked at goes into the address and comes back", () => {
  const at = "2026-06-01T08:00:00+08:00";
  assert.equal(read(write({ zoom: 14, lat: 31, lon: 121 }, null, "queue=mine", at)).at, at);
});
