import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = { documentElement: { lang: "en" } };
const { hours } = await import("../../../gridmap/static/js/hours.js");

test("opening hours in words", () => {
  assert.equal(hours("Mo-Fr 08:30-17:00; Sa 08:30-11:30"), "Mon–Fri 08:30–17:00; Sat 08:30–11:30");
  assert.equal(hours("Su 09:00-12:00,13:00-17:00"), "Sun 09:00–12:00, 13:00–17:00");
});

test("what is not understood stays", () => {
  assert.equal(hours("Mo-Fr 08:30-17:00; PH off"), "Mo-Fr 08:30-17:00; PH off");
  assert.equal(hours(null), "");
});
