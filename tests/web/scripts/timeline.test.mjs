import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = { documentElement: { lang: "en" } };
const { row_of } = await import("../../../gridmap/static/js/cards/timeline.js");
const words = (kind, data = {}, facts = {}) => row_of({ kind, at: "2026-11-23T01:00:00Z", actor: "account:x", data }, facts).words;

test("whatever is written about a case is told in words, by people's names", () => {
  const facts = { names: { "account:x": { name: "某人", name_en: "Somebody" } } };
  for (const kind of ["case.opened", "alert.joined", "case.rerouted", "case.reckoned", "case.reminded"]) assert.doesNotMatch(words(kind, {}, facts), /\.|Somebody/, kind);
  assert.equal(words("evidence.added", {}, facts), "Somebody: Evidence added");
  assert.match(words("rating.invited"), /^x: /);
  assert.equal(words("case.accept", { action: "accept", from: "dispatched", to: "handling" }, facts), "Somebody: Accept → Handling");
});

test("a review says of what, and what it came to", () => {
  assert.equal(words("case.review", { action: "review", kind: "extension", granted: true }), "x: Review request · Extension: granted");
  assert.equal(words("case.review", { action: "review", kind: "appeal", granted: false }), "x: Review request · Appeal: refused");
  assert.equal(words("case.review", { action: "review" }), "x: Review request");
});
