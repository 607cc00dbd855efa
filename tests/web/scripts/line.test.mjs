import assert from "node:assert/strict";
import { test } from "node:test";

const { take_line } = await import("../../../gridmap/static/js/line.js");

function browser({ protocol = "http/1.1", locks }) {
  Object.defineProperty(globalThis, "navigator", { value: { locks }, configurable: true });
  performance.getEntriesByType = () => [{ nextHopProtocol: protocol }];
}

// As the Web Locks API has it: a lock is held until the promise of its holder ends.
function locking() {
  const held = new Set();
  return {
    held,
    async request(name, { ifAvailable }, deed) {
      assert.ok(ifAvailable);
      if (held.has(name)) return deed(null);
      held.add(name);
      try { return await deed({ name }); } finally { held.delete(name); }
    },
  };
}

test("four tabs hold a line; the next gets one that was given back", async () => {
  const locks = locking();
  browser({ locks });
  const lines = [];
  for (let n = 0; n < 4; n += 1) lines.push(await take_line());
  assert.equal(locks.held.size, 4);
  assert.equal(await take_line(), null);
  lines[1]();
  await new Promise((go) => { setTimeout(go); });
  assert.equal(typeof await take_line(), "function");
  assert.equal(await take_line(), null);
});

test("where one connection carries everything, or nothing can be locked, each tab has a line", async () => {
  const refusing = { request: async () => { throw new DOMException("no", "SecurityError"); } };
  for (const given of [{ protocol: "h2", locks: locking() }, { locks: undefined }, { locks: refusing }]) {
    browser(given);
    for (let n = 0; n < 6; n += 1) assert.equal(typeof await take_line(), "function");
  }
});
