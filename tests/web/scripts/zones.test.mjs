import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = { documentElement: { lang: "zh-CN" } };
const { key_of, with_large } = await import("../../../gridmap/static/js/categories.js");
const { found_in } = await import("../../../gridmap/static/js/plans/tool_fields.js");
const { room_of } = await import("../../../gridmap/static/js/layers/zone_room.js");
const { zone_fate } = await import("../../../gridmap/static/js/publishing/ground.js");

test("a zone that goes on is changed, whatever of it is", () => {
  const zone = { properties: { area_m2: 5 } };
  assert.deepEqual([{ before: null, after: zone }, { before: zone, after: zone }, { before: zone, after: null }].map(zone_fate), ["new", "changed", "gone"]);
});

test("large classes stand before their small ones, each standard and kind with its own", () => {
  const one = (standard_ref, code) => ({ standard_ref, kind: "matter", code, name_zh: code, group_zh: `大类${code.slice(0, 2)}`, group_en: "" });
  const found = with_large([one("A", "0601"), one("A", "0602"), one("A", "0701"), one("B", "0601")]);
  assert.deepEqual(found.map(key_of), ["A/matter/06", "A/matter/0601", "A/matter/0602", "A/matter/07", "A/matter/0701", "B/matter/06", "B/matter/0601"]);
  assert.equal(found[0].name_zh, "大类06");
});

test("what is typed is a whole entry, a code that only one has, or words that only one holds", () => {
  const options = [["a", "0601 暴露垃圾 · A", "0601"], ["b", "06010 暴露垃圾 · B", "06010"], ["c", "07 其他 · A", "07"], ["d", "07 其他 · B", "07"]];
  const found = ["0601", "06010", "07", "07 其他 · B", "暴露", "0601 暴露垃圾 · A", "c", "", "没有"].map((typed) => found_in(options, typed));
  assert.deepEqual(found, ["a", "b", undefined, "d", undefined, "a", "c", undefined, undefined]);
});

test("a zone carries its name only where it is wide enough on the screen", () => {
  assert.deepEqual([0, 59, 60, 119, 120, 900].map(room_of), ["none", "none", "name", "name", "whole", "whole"]);
});
