import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

// A page with somebody signed in, and a server of one plan.
globalThis.document = { querySelector: () => ({ dataset: { username: "me" }, value: "token" }), querySelectorAll: () => [] };
const { Draft } = await import("../../../gridmap/static/js/plans/draft.js");

const URL = "/api/v1/plans/7";
const EMPTY = { arcs: [], arc_ids: [], objects: { grids: { geometries: [] } } };
let server;
let told;

const answer = (status, body, version) => new Response(JSON.stringify(body), { status, headers: version ? { ETag: `"v${version}"` } : {} });

beforeEach(() => {
  server = { version: 1, done: [], trouble: [], zones: [] };
  told = { again: 0, outdated: [], refused: [] };
  globalThis.fetch = async (address, { method = "GET", body, headers } = {}) => {
    const path = address.slice(URL.length).split("?")[0];
    if (method === "POST") return posted(path, JSON.parse(body), headers);
    const plan = { id: 7, version: server.version, step: server.done.length };
    if (path === "") return answer(200, { ...plan, stage: "draft" }, server.version);
    if (path === "/topology") return answer(200, { ...EMPTY, plan });
    if (path === "/steps") return answer(200, { current: plan.step, undo: plan.step ? plan.step - 1 : null, redo: null, steps: [] });
    if (path === "/zones.geojson") return answer(200, { version: server.version, features: server.zones });
    return answer(200, { version: server.version, step: plan.step, problems: [] });
  };
});

function posted(path, body, headers) {
  const trouble = server.trouble.shift();
  if (trouble === "line down") throw new TypeError("fetch failed");
  if (headers["If-Match"] !== `"v${server.version}"`) return answer(409, { yours: Number(headers["If-Match"].slice(2, -1)), theirs: server.version, steps: server.since ?? [] });
  if (trouble === "refused") return answer(422, { detail: "The line does not cut it" });
  server.version += 1;
  server.done.push([path, body]);
  if (trouble === "answer lost") { server.since = [{ step: 1, deed: "split", by: "me", codes: [] }]; throw new TypeError("fetch failed"); }
  return answer(200, { version: server.version, step: server.done.length, undo: 0, redo: null, codes: [], ended: body.ended ?? [], zones: body.zones ?? [], topology: EMPTY }, server.version);
}

async function opened(once_more = true) {
  const draft = new Draft(URL, { whole: true }, {
    again: async () => { told.again += 1; return once_more; },
    outdated: async (problem, what) => { told.outdated.push([what, problem.theirs]); },
    refused: (error) => told.refused.push(error.message),
  });
  await draft.load();
  return draft;
}

test("deeds go one after another, each on what the one before came to", async () => {
  const draft = await opened();
  const done = await Promise.all([draft.do("split", { n: 1 }), draft.do("merge", { n: 2 }), draft.do("move", { n: 3 })]);
  assert.deepEqual(done, [true, true, true]);
  assert.deepEqual(server.done.map(([path]) => path), ["/ops/split", "/ops/merge", "/ops/move"]);
  assert.equal(draft.facts.version, 4);
  assert.equal(draft.busy, false);
});

test("a deed waits for the line, and is done once", async () => {
  const draft = await opened();
  server.trouble = ["line down", "line down"];
  assert.equal(await draft.do("split", {}), true);
  assert.equal(told.again, 2);
  assert.equal(server.done.length, 1);
});

test("a deed that is given up is not done, and the next one is", async () => {
  const draft = await opened(false);
  server.trouble = ["line down"];
  assert.equal(await draft.do("split", {}), false);
  assert.equal(await draft.do("merge", {}), true);
  assert.deepEqual(server.done.map(([path]) => path), ["/ops/merge"]);
});

test("an answer lost on its way is not taken for somebody else's deed, nor done twice", async () => {
  const draft = await opened();
  server.trouble = ["answer lost"];
  await draft.do("split", {});
  assert.equal(server.done.length, 1);
  assert.deepEqual(told.outdated, []);
  assert.equal(draft.facts.version, 2);
});

test("somebody else's deed is told, theirs is taken, one's own can be done anew", async () => {
  const draft = await opened();
  server.version = 5;
  server.since = [{ step: 1, deed: "split", by: "somebody", codes: [] }];
  assert.equal(await draft.do("split", {}), false);
  assert.deepEqual(told.outdated, [["split", 5]]);
  assert.equal(draft.facts.version, 5);
  assert.equal(await draft.do("split", {}), true);
});

test("what is refused is told in the server's words", async () => {
  const draft = await opened();
  server.trouble = ["refused"];
  assert.equal(await draft.do("split", {}), false);
  assert.deepEqual(told.refused, ["The line does not cut it"]);
  assert.equal(draft.facts.version, 1);
});

test("answers that don't belong together are asked for again", async () => {
  const draft = await opened();
  const ask = globalThis.fetch;
  let first = true;
  // Somebody draws between the first answer and the others.
  globalThis.fetch = (...asked) => {
    const found = ask(...asked);
    if (first) { first = false; server.version += 1; }
    return found;
  };
  await draft.load();
  assert.equal(draft.facts.version, 2);
  assert.equal(draft.etag, '"v2"');
});

test("zones come and go with deeds, and with what stands after an undo", async () => {
  const zone = (code) => ({ properties: { code } });
  server.zones = [zone("Z001"), zone("Z002")];
  const draft = await opened();
  await draft.do("zone", { zones: [zone("Z003")] });
  await draft.do("unzone", { ended: ["Z001"] });
  assert.deepEqual([...draft.zones.keys()], ["Z002", "Z003"]);
  await draft.load();
  assert.deepEqual([...draft.zones.keys()], ["Z001", "Z002"]);
});
