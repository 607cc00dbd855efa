import assert from "node:assert/strict";
import { test } from "node:test";
import { CaseStore, newest_first, pressing_first } from "../../../gridmap/static/js/store.js";
import { Filter } from "../../../gridmap/static/js/filter.js";
import { Queues } from "../../../gridmap/static/js/queues.js";
import { Counts, differ } from "../../../gridmap/static/js/counts.js";
import { tone, urgency } from "../../../gridmap/static/js/urgency.js";

const HOUR = 3600000;
const AT = Date.parse("2026-11-22T12:00:00Z");
const iso = (ms) => new Date(ms).toISOString();

function feature(number, facts = {}) {
  return { geometry: null, properties: { number, state: "discovered", source: "patrol", received_at: iso(AT - HOUR), due_at: null, trays: [], grid: { code: "310151101203001" }, village: { code: "310151101203" }, town: { code: "310151101" }, ...facts } };
}

test("urgency is the server's rule", () => {
  const facts = (limit, passed) => ({ state: "handling", received_at: iso(AT - passed), due_at: iso(AT - passed + limit) });
  assert.equal(urgency(facts(8 * HOUR, 1 * HOUR), AT), "intime");
  assert.equal(urgency(facts(8 * HOUR, 6 * HOUR), AT), "soon"); // a quarter of the limit
  assert.equal(urgency(facts(2 * HOUR, 1 * HOUR), AT), "soon"); // an hour, where that is longer
  assert.equal(urgency(facts(2 * HOUR, 2 * HOUR), AT), "soon"); // due this moment is not over it
  assert.equal(urgency(facts(2 * HOUR, 2 * HOUR + 1), AT), "overdue");
  assert.equal(urgency({ state: "handling", due_at: null }, AT), "unlimited");
  const handled = (ago) => ({ ...facts(2 * HOUR, 5 * HOUR), state: "verifying", handled_at: new Date(AT - ago).toISOString() });
  assert.equal(urgency(handled(4 * HOUR), AT), "intime"); // handled within its limit, waiting to be verified since
  assert.equal(urgency(handled(1 * HOUR), AT), "overdue");
  assert.equal(tone({ state: "closed", received_at: iso(0), due_at: iso(1) }, AT), "done");
});

test("pressing a state goes by what is wanted at that moment", () => {
  const filter = new Filter();
  const wanted = () => [...filter.wanted.states];
  filter.press_state("verifying");
  assert.deepEqual(wanted(), ["verifying"]);
  filter.clear();
  filter.press_state("discovered"); // Before anything could be drawn anew.
  assert.deepEqual(wanted(), ["discovered"]);
  filter.press_state("handling");
  assert.deepEqual(wanted(), ["discovered", "handling"]);
  filter.press_state("discovered");
  filter.press_state("handling");
  assert.equal(filter.all_open, true);
  assert.equal(filter.narrowed, false);
});

test("a past moment's figures stand still while those of now go on", () => {
  const counts = new Counts("");
  const shown = [];
  counts.changed.on((codes) => shown.push(codes));
  counts.show_past({ counts: { "310151101203001": { open: 7, last_24h: 0, overdue: 0 } } });
  counts.apply({ before: null, after: feature("1") });
  assert.equal(counts.get("310151101203001").open, 7);
  counts.show_past(null);
  assert.equal(counts.get("310151101203001").open, 1);
  assert.deepEqual(shown, [null, null]);
});

test("an event that comes twice counts once", () => {
  const store = new CaseStore();
  const counts = new Counts("");
  const tell = (one) => counts.apply({ before: store.put(one), after: one });
  tell(feature("1"));
  tell(feature("1"));
  assert.equal(store.all.length, 1);
  for (const code of ["310151101", "310151101203", "310151101203001"]) assert.deepEqual(counts.get(code), { open: 1, last_24h: 1, overdue: 0 });
});

test("loading the open cases anew keeps the closed ones, and forgets what is open no more", () => {
  const store = new CaseStore();
  store.replace([feature("1"), feature("2")]);
  store.add([feature("3", { state: "closed" }), feature("4", { state: "closed" })]);
  store.replace([feature("2"), feature("4")]);
  assert.deepEqual(store.all.map(({ properties: { number, state } }) => number + state).sort(), ["2discovered", "3closed", "4discovered"]);
});

test("a case that closes or moves leaves its old grid", () => {
  const store = new CaseStore();
  const counts = new Counts("");
  const tell = (one) => counts.apply({ before: store.put(one), after: one });
  tell(feature("1"));
  tell(feature("1", { grid: { code: "310151101203002" } }));
  assert.equal(counts.get("310151101203001").open, 0);
  assert.equal(counts.get("310151101203002").open, 1);
  assert.equal(counts.get("310151101203").open, 1);
  tell(feature("1", { grid: { code: "310151101203002" }, state: "closed" }));
  assert.equal(counts.get("310151101").open, 0);
});

test("a case without a grid counts nowhere", () => {
  const counts = new Counts("");
  counts.apply({ before: null, after: feature("1", { grid: null, village: null, town: null }) });
  assert.equal(counts.of.size, 0);
});

test("what differs from the server's count is found", () => {
  assert.deepEqual(differ({ a: { open: 1 }, b: { open: 0 } }, { a: { open: 1 } }), []);
  assert.deepEqual(differ({ a: { open: 1 } }, { a: { open: 2 }, c: { open: 1 } }), ["a", "c"]);
});

test("the list's two orders", () => {
  const old = feature("1", { received_at: iso(AT - 9 * HOUR), due_at: iso(AT - HOUR) });
  const young = feature("2", { received_at: iso(AT), due_at: null });
  const twin = feature("3", { received_at: iso(AT), due_at: null });
  const numbers = (order) => [old, young, twin].sort(order).map((one) => one.properties.number);
  assert.deepEqual(numbers(newest_first), ["3", "2", "1"]);
  assert.deepEqual(numbers(pressing_first), ["1", "3", "2"]);
});

test("the filter shows what was asked for", () => {
  const filter = new Filter();
  assert.ok(filter.passes(feature("1"), AT));
  assert.ok(!filter.passes(feature("1", { state: "closed" }), AT));
  filter.set({ last_day: true });
  assert.ok(!filter.passes(feature("1", { received_at: iso(AT - 25 * HOUR) }), AT));
  filter.set({ last_day: false, grid: { code: "310151101203" } });
  assert.ok(filter.passes(feature("1"), AT));
  assert.ok(!filter.passes(feature("1", { grid: { code: "310151101204001" } }), AT));
  assert.ok(!filter.passes(feature("1", { grid: null }), AT));
  filter.clear();
  filter.set({ tray: "triage" });
  assert.ok(!filter.passes(feature("1"), AT));
  assert.ok(filter.passes(feature("1", { trays: ["triage"] }), AT));
  assert.ok(!filter.narrowed);
});

test("a filter's words make the same filter; nonsense makes none", () => {
  const filter = new Filter();
  filter.set({ tray: "soon", states: new Set(["handling"]), urgencies: new Set(["overdue"]), source: "patrol", grid: { code: "310151101" }, last_day: true, order: "pressing" });
  const other = new Filter();
  other.take(filter.words);
  assert.deepEqual(other.wanted, filter.wanted);
  assert.equal(new Filter().words, "");
  other.take("queue=planet&state=asleep&urgency=&grid=x&order=up&day=yes");
  assert.equal(other.words, "");
});

test("queues count each open case where it waits", () => {
  const queues = new Queues();
  queues.take("mine", ["1"]);
  const due = (ms) => iso(AT + ms);
  const all = [
    feature("1", { due_at: due(-HOUR) }),
    feature("2", { due_at: due(HOUR / 2), trays: ["triage"] }),
    feature("3", { state: "verifying", due_at: due(HOUR / 2) }),
    feature("4", { state: "closed", due_at: due(-HOUR) }),
    feature("5", { trays: ["unrouted", "triage"] }),
  ];
  assert.deepEqual(queues.count(all, AT), { "": 4, mine: 1, overdue: 1, soon: 1, unrouted: 1, triage: 2, verifying: 1, favourite: 0 });
});

test("a filter is a question to the server, or none where only the screen can tell", () => {
  const filter = new Filter(new Queues());
  const at = Date.parse("2026-11-22T12:00:30Z");
  assert.deepEqual(filter.question(at), { state: "discovered,consulting,dispatched,handling,suspended,verifying,rating" });
  filter.take("queue=soon&state=handling,closed&grid=310151&source=patrol&day=1");
  assert.deepEqual(filter.question(at), { state: "handling", urgency: "soon", source: "patrol", grid: "310151", since: "2026-11-21T12:00:00.000Z" });
  filter.take("queue=triage&urgency=overdue,soon");
  assert.equal(filter.question(at).tray, "triage");
  assert.equal(filter.question(at).urgency, "overdue,soon");
  for (const words of ["queue=mine", "queue=favourite", "queue=verifying&state=handling", "queue=overdue&urgency=soon"]) {
    filter.take(words);
    assert.equal(filter.question(at), null, words);
  }
});
