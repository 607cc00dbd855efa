import assert from "node:assert/strict";
import { test } from "node:test";
import { closed } from "../../../gridmap/static/js/dom.js";

test("signs of direction end where their text ends", () => {
  assert.equal(closed("\u202eabc"), "\u202eabc");
  assert.equal(closed("a\u2066b\u2067c"), "a\u2066b\u2067c\u2069\u2069");
  assert.equal(closed("a\u2069b"), "ab");
  assert.equal(closed("\u2068a\u2069b\u2069c"), "\u2068a\u2069bc");
});
