import assert from "node:assert/strict";
import { test } from "node:test";

class Node {
  constructor() { Object.assign(this, { textContent: "", dataset: {}, children: [], classList: { add: () => {}, remove: () => {}, toggle: () => {} } }); }
  setAttribute() {}
  append(child) { this.children.push(child); }
  replaceChildren() { this.children = []; }
}
const list = new Node();
globalThis.Node = Node;
globalThis.document = { documentElement: { lang: "en" }, createElement: () => new Node(), getElementById: () => list };
globalThis.requestAnimationFrame = () => {};
const { Figures } = await import("../../../gridmap/static/js/wall/figures.js");

test("small figures are written as large ones are", () => {
  const figures = new Figures();
  const on_time = { value: 0.5, numerator: 10000, denominator: 20000 };
  figures.draw({ today: { filed: 12345, closed: 0, reported: 23456 }, on_time, standing: { soon: 1, overdue: 2, open: 3, suspended: 34567 } });
  const small = Object.fromEntries(figures.parts.map((part) => [part.key, part.small.textContent]));
  assert.equal(small.filed, "23,456 reported");
  assert.equal(small.on_time, "10,000 / 20,000");
  assert.match(small.open, /^34,567 /);
});
