import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = { documentElement: { lang: "zh-CN" } };
const { Filter } = await import("../../../gridmap/static/js/filter.js");
const { neighbours } = await import("../../../gridmap/static/js/neighbours.js");
const { Paged } = await import("../../../gridmap/static/js/paged.js");
const { Queues } = await import("../../../gridmap/static/js/queues.js");
const { Standing } = await import("../../../gridmap/static/js/standing.js");
const { CaseStore, in_order } = await import("../../../gridmap/static/js/store.js");

const HOUR = 3600000;
const NOW = Date.now();
const iso = (ms) => new Date(ms).toISOString();

function feature(number, hours, facts = {}) {
  return { geometry: null, properties: { number: String(number), state: "discovered", source: "patrol", received_at: iso(NOW - hours * HOUR), due_at: null, trays: [], grid: null, ...facts } };
}

// A server of these cases, newest first; `asked` holds the questions.
function serve(cases, asked = []) {
  globalThis.fetch = async (url) => {
    const question = Object.fromEntries(new URLSearchParams(url.split("?")[1]));
    asked.push(question);
    const found = cases.filter(({ properties }) => !question.urgency || properties.due_at).sort(in_order(question.order));
    const from = Number(question.cursor ?? 0), to = from + Number(question.limit);
    const body = { features: found.slice(from, to), matched: found.length, next: to < found.length ? String(to) : null };
    return { ok: true, status: 200, headers: new Headers(), json: async () => body };
  };
  return asked;
}

function listed() {
  const store = new CaseStore();
  const filter = new Filter();
  const paged = new Paged({ url: "/queue", store, filter });
  const numbers = () => paged.those(store.all.filter((one) => filter.passes(one, NOW))).sort(in_order(filter.wanted.order)).map(({ properties }) => properties.number);
  return { store, filter, paged, numbers };
}

test("the list goes as far as the server told, and what the feed brings takes its place there", async () => {
  const cases = Array.from({ length: 150 }, (_, hours) => feature(1000 - hours, hours + 1));
  serve(cases);
  const { store, paged, numbers } = listed();
  await paged.begin();
  assert.deepEqual([numbers().length, paged.first_of], [60, { matched: 150, more: true }]);
  store.put(feature(2000, 0)); // New.
  store.put(feature(1, 500)); // An old one that something happened to: between it and those told may lie others.
  assert.deepEqual([numbers()[0], numbers().length], ["2000", 61]);
  await paged.more();
  assert.equal(numbers().length, 121);
  await paged.more();
  assert.equal(paged.first_of, null);
  assert.deepEqual(numbers(), ["2000", ...cases.map(({ properties }) => properties.number), "1"]);
});

test("another question begins anew, and a late answer to the old one changes nothing", async () => {
  const cases = Array.from({ length: 70 }, (_, hours) => feature(100 + hours, hours, hours === 69 ? { due_at: iso(NOW - HOUR) } : {}));
  const asked = serve(cases);
  const { filter, paged, numbers } = listed();
  const first = paged.begin();
  filter.toggle("urgencies", "overdue");
  assert.equal(paged.known, null);
  await Promise.all([first, paged.begin()]);
  assert.deepEqual(asked.map(({ urgency }) => urgency), [undefined, "overdue"]);
  assert.deepEqual([numbers(), paged.first_of, paged.known], [["169"], null, true]);
});

test("a server that is away leaves the list empty rather than wrong", async () => {
  globalThis.fetch = async () => { throw new TypeError("away"); };
  const { paged } = listed();
  await assert.rejects(paged.begin());
  assert.equal(paged.known, false);
});

test("every queue's figure is a sum of how cases stand", async () => {
  const row = (state, urgency, n, more = {}) => ({ state, urgency, n, unrouted: 0, triage: 0, last_24h: 0, ...more });
  const rows = [row("discovered", "soon", 5, { unrouted: 2, triage: 1, last_24h: 4 }), row("suspended", "soon", 7), row("verifying", "overdue", 3), row("handling", "overdue", 11)];
  globalThis.fetch = async () => ({ ok: true, status: 200, headers: new Headers(), json: async () => ({ position: 1, total: 26, standing: rows, sources: { patrol: 26 } }) });
  const standing = new Standing("/counts");
  await standing.ask();
  const queues = new Queues();
  queues.take("mine", ["1", "2"]);
  assert.deepEqual(queues.waiting(standing), { "": 26, mine: 2, overdue: 14, soon: 5, unrouted: 2, triage: 1, verifying: 3, favourite: 0 });
  assert.deepEqual(standing.figures, { open: 26, overdue: 14, day: 4 });
  assert.deepEqual(standing.by, { state: { discovered: 5, suspended: 7, verifying: 3, handling: 11 }, urgency: { soon: 12, overdue: 14 } });
});

test("the nearest open cases around one come from wherever they are held", async () => {
  const at = (number, metres, facts) => ({ ...feature(number, 1, facts), geometry: { type: "Point", coordinates: [121.4, 31.6 + metres / 111195] } });
  const boxes = [];
  const ask = async (bbox) => { boxes.push(bbox.split(",").map(Number)); return [at(1, 0), at(2, 400), at(3, 501), at(4, 30), at(5, 10, { state: "closed" }), feature(6, 1)]; };
  assert.deepEqual((await neighbours(ask, at(1, 0))).map(({ number }) => number), ["4", "2"]);
  const [west, south, east, north] = boxes[0];
  assert.ok(Math.abs((north - south) * 111195 - 1000) < 1 && (east - west) > (north - south), "500 m each way");
  assert.deepEqual(await neighbours(ask, feature(6, 1)), []);
});
