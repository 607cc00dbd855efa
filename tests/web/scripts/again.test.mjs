import assert from "node:assert/strict";
import { test } from "node:test";

const { bytes_of, pause_after } = await import("../../../gridmap/static/js/again.js");

const whole = { ok: true, status: 200, arrayBuffer: async () => new Uint8Array([1, 2]).buffer };
const busy = { ok: false, status: 503 };
const cut = { ok: true, status: 200, arrayBuffer: async () => { throw new TypeError("network error"); } };

function answering(...answers) {
  const asked = [];
  globalThis.fetch = async (url, { signal }) => {
    asked.push(url);
    if (signal.aborted) throw signal.reason;
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return asked;
}

test("what did not come, or not whole, is asked for again", async () => {
  const asked = answering(busy, new TypeError("failed to fetch"), cut, whole);
  assert.deepEqual([...await bytes_of("/tile", new AbortController().signal, [1])], [1, 2]);
  assert.equal(asked.length, 4);
});

test("a refusal is taken for an answer", async () => {
  const asked = answering({ ok: false, status: 404 }, whole);
  await assert.rejects(bytes_of("/tile", new AbortController().signal, [1]), /404/);
  assert.equal(asked.length, 1);
});

test("who no longer wants it asks no more", async () => {
  const wanted = new AbortController();
  const asked = answering(busy, whole);
  const coming = bytes_of("/tile", wanted.signal, [5]);
  wanted.abort();
  await assert.rejects(coming);
  assert.equal(asked.length, 2); // The second time it is not sent.
});

test("pauses grow up to the last, and differ by a quarter at most", () => {
  for (const [failures, ms] of [[0, 100], [1, 200], [9, 200]]) {
    const pause = pause_after(failures, [100, 200]);
    assert.ok(pause >= 0.75 * ms && pause <= 1.25 * ms);
  }
});
