// The wall: brings the parts together. It stays for days, so everything here is made once and then changed.
import { get } from "./api.js";
import { connection } from "./connection.js";
import { by_id } from "./dom.js";
import { Following } from "./following.js";
import { Live } from "./live.js";
import { at_most_every } from "./signal.js";
import { Standing } from "./standing.js";
import { CaseStore } from "./store.js";
import { now, set_server_time } from "./times.js";
import { is_open } from "./urgency.js";
import { name_of } from "./words.js";
import { Figures } from "./wall/figures.js";
import { Latest } from "./wall/latest.js";
import { Lost } from "./wall/lost.js";
import { WallMap } from "./wall/map.js";
import { tick } from "./wall/moment.js";
import { Open } from "./wall/open.js";
import { Turns } from "./wall/turns.js";
import { views } from "./wall/views.js";

const URLS = { cases: "/api/v1/cases.geojson", queue: "/api/v1/cases/queue.geojson", counts: "/api/v1/cases/counts", grids: "/api/v1/grids.geojson", events: "/api/v1/events", now: "/api/v1/reports/now" };
const wall = by_id("wall");
const grid = wall.dataset.grid;
const here = (facts) => !grid || (facts.grid?.code ?? "").startsWith(grid);

const live = new Live(URLS.events);
const store = new CaseStore();
const figures = new Figures();
const latest = new Latest();
const panels = views(latest);
const map = new WallMap();
const lost = new Lost(live);
const turns = new Turns(panels, Number(wall.dataset.seconds));
connection(live);

// What is closed, or elsewhere, has nothing to do here any more; a wall that kept it would grow for ever.
store.changed.on((change) => {
  if (change && !(is_open(change.after.properties) && here(change.after.properties))) store.cases.delete(change.after.properties.number);
  draw();
});
const draw = at_most_every(500, () => {
  const { newest, ...shown } = open.shown;
  map.draw(shown, now());
  latest.draw(newest);
});
const standing = new Standing(URLS.counts, { grid });
const open = new Open({ url: URLS.queue, grid, store, standing, now, fresh: () => new Set(map.fresh.keys()), draw, missed: () => lost.missed() });

// One question at a time: a city's figures may take longer than the next event.
let asking = false;
const ask = async () => {
  if (asking) return ask_soon();
  asking = true;
  try {
    const told = await get(URLS.now, { grid }, { cache: "no-store" });
    figures.draw(told);
    for (const panel of panels) panel.draw(told);
    map.colour(told.by_grid);
    lost.told();
  } catch {
    lost.missed();
  } finally {
    asking = false;
  }
};
const ask_soon = at_most_every(1500, ask);
live.happened.on(({ topic }) => { if (topic === "cases") { ask_soon(); open.look_soon(); } });

const load_grids = async () => {
  const [town, parts] = await Promise.all(["town", grid.length > 9 ? "micro" : "village"].map((level) => get(URLS.grids, { level })));
  const inside = parts.features.filter(({ properties }) => !grid || properties.code.startsWith(grid));
  by_id("wall-town").textContent = town.features.map(({ properties }) => name_of(properties)).join(" ");
  map.ground(inside);
  ask_soon();
  draw();
};
const following = new Following({
  urls: URLS, store, live, standing, scope: { grid },
  on_loaded: (beyond) => open.begin(beyond).catch(() => lost.missed()),
  // The wall asks the server for its figures instead of counting along.
  counts: { ask: async () => ({}), take: () => {}, apply: () => {} },
  on_fresh: (feature) => { if (here(feature.properties)) map.flash(feature.properties.number, now()); },
  on_touched: () => {},
  others: { "grids.published": () => load_grids().catch(() => lost.missed()), "cases.loaded": () => following.load().catch(() => lost.missed()) },
});
live.hello.on(({ server_time }) => set_server_time(server_time));
live.reset.on(() => load_grids().catch(() => lost.missed()));

for (let pause = 1000; !live.running; pause = Math.min(pause * 2, 10000)) {
  try {
    await Promise.all([load_grids(), ask()]);
    await following.load();
  } catch {
    lost.missed();
    await new Promise((go) => setTimeout(go, pause));
  }
}
tick();
turns.start();
setInterval(tick, 1000);
setInterval(() => { ask(); open.look_soon(); }, 30000); // Limits run out without any event.
setInterval(draw, 20000);
