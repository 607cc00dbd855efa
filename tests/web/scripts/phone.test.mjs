// The phone's pure parts: what is offered while things wait to be sent, in which order they go, and photos' notes.
import assert from "node:assert/strict";
import test from "node:test";

import { exif_of, with_exif } from "../../../gridmap/static/js/phone/exif.js";
import { in_order } from "../../../gridmap/static/js/handling/order.js";
import { allowed_now, if_match, next_of, one_step, pause_after, version_of } from "../../../gridmap/static/js/phone/rules.js";

test("what waits to be sent counts as done", () => {
  const allowed = ["accept", "hand_up", "comment", "attach"];
  assert.deepEqual(allowed_now(allowed, []), allowed);
  assert.ok(allowed_now(allowed, [{ action: "accept" }]).includes("finish"));
  assert.ok(!allowed_now(allowed, [{ action: "accept" }]).includes("accept"));
  assert.ok(!allowed_now(allowed, [{ action: "accept" }, { action: "start" }]).includes("start"));
  assert.deepEqual(allowed_now(allowed, [{ action: "accept" }, { action: "finish" }]), ["comment", "attach"]);
});

test("a request or an order that waits counts as made, a remark can be repeated", () => {
  const allowed = ["finish", "ask_extension", "answer_supervision", "comment"];
  assert.deepEqual(allowed_now(allowed, [{ action: "ask_extension" }, { action: "comment" }]), ["finish", "answer_supervision", "comment"]);
  assert.ok(allowed_now(["accept"], [{ action: "accept" }]).includes("ask_extension"));
});

test("buttons stand in one order, and what has no object has none", () => {
  const facts = { category: {}, grid: {}, requests: [{ state: "granted" }], supervisions: [{ answered_at: "2026", lifted_at: null }] };
  assert.deepEqual(in_order(["merge", "comment", "finish", "review", "answer_supervision", "accept"], facts), ["accept", "finish", "comment", "merge"]);
  assert.deepEqual(in_order(["lift_supervision", "review"], { ...facts, requests: [{ state: "asked" }] }), ["review", "lift_supervision"]);
  assert.deepEqual(in_order(["dispatch", "locate"], { category: {}, grid: null }), ["locate", "dispatch"]);
});

test("the later of two versions is known by its ETag", () => {
  assert.ok(version_of('"a1v2-v10"') > version_of('"a1v2-v9"'));
  assert.equal(version_of('W/"x-v3"'), 3);
  assert.equal(version_of(null), -1);
  assert.ok(one_step('"x-v3"', '"x-v4"'));
  assert.ok(!one_step('"x-v3"', '"x-v5"'), "somebody else was there in between");
  assert.ok(!one_step(null, '"x-v0"'));
});

test("what is decided on a version says which", () => {
  assert.equal(if_match("finish", '"v3"'), "*");
  assert.equal(if_match("dispatch", '"v3"'), '"v3"');
});

test("a refused entry holds up its own case and no other", () => {
  const entries = [{ number: "A", problem: { status: 409 } }, { number: "A", problem: null }, { number: "B", problem: null }];
  assert.equal(next_of(entries), entries[2]);
  assert.equal(next_of(entries.slice(0, 2)), null);
  assert.equal(next_of([]), null);
});

test("pauses grow, to a minute", () => {
  assert.deepEqual([1, 2, 3, 10, 100].map(pause_after), [2000, 4000, 8000, 60000, 60000]);
});

const segment = (little) => {
  const bytes = new Uint8Array(2 + 34);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xffe1); view.setUint16(2, 34);
  bytes.set([0x45, 0x78, 0x69, 0x66, 0, 0], 4);
  view.setUint16(10, little ? 0x4949 : 0x4d4d); view.setUint16(12, 42, little); view.setUint32(14, 8, little);
  view.setUint16(18, 1, little);
  view.setUint16(20, 0x0112, little); view.setUint16(22, 3, little); view.setUint32(24, 1, little); view.setUint16(28, 6, little);
  return bytes;
};

test("the note goes over to the smaller photo, and does not turn it twice", () => {
  for (const little of [true, false]) {
    const app0 = [0xff, 0xe0, 0, 4, 1, 2];
    const photo = new Uint8Array([0xff, 0xd8, ...app0, ...segment(little), 0xff, 0xda, 0, 2]);
    const found = exif_of(photo);
    assert.equal(found.length, 36);
    assert.equal(new DataView(found.buffer).getUint16(28, little), 1);
    const whole = with_exif(new Uint8Array([0xff, 0xd8, 9, 9]), found);
    assert.deepEqual([...whole.slice(0, 4)], [0xff, 0xd8, 0xff, 0xe1]);
    assert.deepEqual([...whole.slice(-2)], [9, 9]);
  }
});

test("whatever is no JPEG, says nothing or is cut off has no note", () => {
  for (const bytes of [[], [0xff, 0xd8], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [0xff, 0xd8, 0xff, 0xda, 0, 2, 0, 0, 0, 0, 0, 0], [0xff, 0xd8, 0xff, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0]]) {
    assert.equal(exif_of(new Uint8Array(bytes)), null);
  }
  const cut = new Uint8Array([0xff, 0xd8, ...segment(true).slice(0, 20)]);
  assert.equal(exif_of(cut), null);
  assert.deepEqual([...with_exif(new Uint8Array([1, 2]), null)], [1, 2]);
});
