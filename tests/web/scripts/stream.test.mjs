import assert from "node:assert/strict";
import { test } from "node:test";
import { reader } from "../../../gridmap/static/js/stream.js";

const STREAM = ': hello\n\nid: 7\nevent: case.opened\ndata: {"a":\ndata: 1}\n\nid: 8\r\nevent: case.changed\r\ndata: {}\r\n\r\nevent: empty\n\n';
const WANTED = [
  { id: "7", event: "case.opened", data: '{"a":\n1}' },
  { id: "8", event: "case.changed", data: "{}" },
];

function read(pieces) {
  const got = [];
  const feed = reader(({ id, event, data }) => got.push({ id, event, data }));
  pieces.forEach(feed);
  return got;
}

test("a stream in one piece", () => assert.deepEqual(read([STREAM]), WANTED));

test("a stream cut anywhere says the same", () => {
  for (let at = 0; at <= STREAM.length; at++) assert.deepEqual(read([STREAM.slice(0, at), STREAM.slice(at)]), WANTED, `cut at ${at}`);
});

test("a stream letter by letter", () => assert.deepEqual(read([...STREAM]), WANTED));

test("heartbeats deliver nothing", () => assert.deepEqual(read([":\n\n", ": hb\n\n", ":\n"]), []));

test("what is not finished is not delivered", () => assert.deepEqual(read(["id: 9\ndata: {}\n"]), []));
