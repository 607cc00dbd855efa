// The operator's map: brings the parts together. Data comes by URL; the shell brought the map and the addresses.
import { get } from "./api.js";
import { keep as keep_address, read as read_address } from "./address.js";
import { Alarm } from "./alarm.js";
import { announcer, toast } from "./announcer.js";
import { Bulk } from "./bulk.js";
import { LayerTree, buttons } from "./buttons.js";
import { bell } from "./bell.js";
import { Card } from "./card.js";
import { case_card } from "./cards/case.js";
import { grid_card } from "./cards/grid.js";
import { camera_card, place_card, service_card } from "./cards/places.js";
import { zone_card } from "./cards/zone.js";
import { City } from "./city.js";
import { connection } from "./connection.js";
import { Controls } from "./controls.js";
import { Counts } from "./counts.js";
import { Filter } from "./filter.js";
import { Following } from "./following.js";
import { keys } from "./keys.js";
import { Cameras } from "./layers/cameras.js";
import { Cases } from "./layers/cases.js";
import { Handling } from "./handling/panel.js";
import { Grids } from "./layers/grids.js";
import { base_maps, ground } from "./layers/ground.js";
import { Labels } from "./layers/labels.js";
import { pin } from "./layers/pin.js";
import { Circles, ServicePoints } from "./layers/service_points.js";
import { Zones } from "./layers/zones.js";
import { legend } from "./legend.js";
import { List } from "./list.js";
import { Live } from "./live.js";
import { mouse } from "./mouse.js";
import { neighbours } from "./neighbours.js";
import { Own } from "./own.js";
import { Presence } from "./presence.js";
import { AsOf } from "./publishing/as_of.js";
import { Queues } from "./queues.js";
import { reconcile } from "./reconcile.js";
import { SavedFilters } from "./saved_filters.js";
import { Search } from "./search.js";
import { Selection } from "./selection.js";
import { sheet } from "./sheet.js";
import { at_most_every, once_a_frame } from "./signal.js";
import { Star } from "./star.js";
import { CaseStore } from "./store.js";
import { theme } from "./theme.js";
import { now, set_server_time } from "./times.js";
import { town } from "./town.js";
import { ENDED_STATES } from "./urgency.js";
import { View } from "./view.js";
import { who } from "./who.js";
import { t } from "./words.js";

const { map, urls, baseMaps } = window.gridmapShell;
const opened_with = read_address(location.hash);

theme();
who();
const store = new CaseStore();
const queues = new Queues();
const filter = new Filter(queues);
const selection = new Selection();
const counts = new Counts(urls.counts);
const live = new Live(urls.events);
connection(live);
bell(live);

// The view first: nothing is asked for places nobody looks at.
const home = await town(map, urls.grids, opened_with.view);

ground(map);
const bases = base_maps(map, baseMaps);
const grids = new Grids(map, urls.gridTiles, counts);
const labels = new Labels(map, (level, bbox, at) => get(urls.grids, { level, bbox, at }).then((answer) => answer.features), grids, counts);
const circles = new Circles(map);
const zones = new Zones(map, urls.zones);
const cameras = new Cameras(map);
const services = new ServicePoints(map);
const cases = new Cases(map);
const list = new List();
const controls = new Controls(filter);
const announce = announcer();
const alarm = new Alarm();
const drawer = sheet();
const put_pin = pin(map);

const choose = (kind, id, how = {}) => selection.choose(kind, id, { pan: true, focus: true, ...how });
// What cannot be had is said once; everything else stands.
const trying = (promise) => promise.catch((error) => toast(error.message || t("card.unreachable")));

// --- layers ------------------------------------------------------------------------------------------------------
const as_of = new AsOf(urls.publications);
// Today's cases on yesterday's boundaries would be taken for yesterday's. The figures are those of the moment.
const hide_cases = () => { cases.hidden = !layers.now.cases || as_of.at !== null; draw(); };
const layers = new LayerTree({
  grids: (on, all) => { map.getPane("grids").style.display = on ? "" : "none"; labels.show(on && all.labels); },
  load: (on) => grids.fill_by_load(on),
  labels: (on, all) => labels.show(on && all.grids),
  cases: () => hide_cases(),
  marks: (which) => cases.show({ marks: which !== "heat", heat: which !== "marks" }),
  cameras: (on) => cameras.show(on),
  services: (on) => services.show(on),
  circles: (on) => circles.show(on),
  zones: (on) => zones.show(on),
  level: (level) => grids.force(level || null),
}, bases);
const draw = once_a_frame(() => {
  const at = now();
  const shown = store.all.filter((feature) => filter.passes(feature, at));
  controls.count(store.all, city.on ? city.standing : null);
  if (live.running && city.on) alarm.count(city.standing.figures.overdue);
  else if (live.running) alarm.watch(store.all, at);
  const listed = city.listed(shown);
  if (listed) list.show({ order: filter.wanted.order, ...listed, loading: listed.loading || !live.running });
  cases.draw(...city.marks(cases.hidden, shown, cases.seen_alone));
  if (cases.markers.has(selection.chosen?.id)) put_pin(null);
});
const kept = () => [...cases.seen_alone, ...list.ticks, ...queues.of.mine, ...queues.of.favourite];
const city = new City({ map, urls, store, filter, draw, trying, kept });
labels.beside(city.tiles);
labels.beside(cases);
list.wanted.on(() => trying(city.paged.more()));
layers.start();
buttons(map, layers, { legend_box: legend(grids), home });
as_of.mount();
as_of.changed.on(async (at) => {
  counts.show_past(at && { counts: {} });
  grids.as_of(at);
  labels.as_of(at);
  zones_there = trying(zones.as_of(at));
  hide_cases();
  card.refresh();
  if (at === null) return;
  const then = await trying(counts.ask(at));
  if (then && as_of.at === at) counts.show_past(then);
});
mouse(map, toast);

const fetch_cameras = () => get(urls.cameras).then((answer) => cameras.take(answer.features));
const fetch_services = () => get(urls.servicePoints).then((answer) => services.take(answer.features));
const fetch_circles = () => get(urls.serviceCircles).then((answer) => circles.take(answer.features));
const cameras_there = trying(fetch_cameras());
const services_there = trying(fetch_services());
trying(fetch_circles());
let zones_there = trying(zones.load());
const load_zones = () => { zones_there = trying(zones.load()); };

// --- the list, its filters, the figures -----------------------------------------------------------------------------
const MOST_CLOSED = 5000; // A town's year; a city's years would not fit a screen.
let knows_closed = false;
store.changed.on(draw);
filter.changed.on(async ({ states }) => {
  draw();
  if (ENDED_STATES.some((one) => states.has(one)) && !knows_closed && !city.on) {
    knows_closed = true;
    const closed = await trying(get(urls.cases, { state: ENDED_STATES, limit: MOST_CLOSED }));
    knows_closed = Boolean(closed);
    if (closed) store.add(closed.features);
    if (closed?.next) toast(t("list.closed_cut", { n: closed.features.length, matched: closed.matched }));
  }
});
counts.changed.on((codes) => grids.recolour(codes));
const own = new Own({ urls, queues, controls, store, filter, draw });
controls.saved = new SavedFilters(urls.filters, filter, toast);
trying(controls.saved.load());
new Bulk({ urls, list, store });
counts.changed.on(at_most_every(1500, () => selection.chosen?.kind === "grid" && card.refresh()));

// --- what is chosen ---------------------------------------------------------------------------------------------------
const names = new Map();
const grid_of = (code) => {
  if (!names.has(code)) names.set(code, get(urls.grid + encodeURIComponent(code)).catch(() => null));
  return names.get(code);
};
const view = new View(map);
const pick_place = (taken) => { toast(t("place.pick")); view.pick(taken); };
const handling = new Handling({ urls, say: toast, changed: (number) => selection.is("case", number) && card.refresh(), pick_place, near: (feature) => neighbours(city.open_in, feature) });
const presence = new Presence(urls.case, () => handling.open?.action ?? "");
const star = new Star(own, toast);
const shared = { urls, choose, locate: (where, zoom) => view.locate(where, zoom), say: toast, counts, handling, presence, star, only: (grid) => filter.set({ grid }), at: () => as_of.at };
// Zones lie above the grids: a second click, or a button of the card, leads to the grid below.
const grid_below = async ({ lat, lng }) => {
  const route = await trying(get(urls.route, { lon: lng, lat, datum: "wgs84" }));
  if (route?.grid) choose("grid", route.grid, { pan: false });
};
const card = new Card(selection, {
  case: case_card(shared),
  grid: grid_card(shared),
  camera: camera_card({ ...shared, cameras: () => cameras_there.then(() => cameras.features) }),
  service_point: service_card({ ...shared, services: () => services_there.then(() => services.features) }),
  zone: zone_card({ ...shared, zones: () => zones_there.then(() => zones.features), bounds: (code) => zones.bounds(code), below: (code) => grid_below(zones.middle(code)) }),
  place: place_card(shared),
});

async function show(chosen, pan) {
  const marked = chosen.kind !== "place" && (chosen.kind !== "case" || cases.markers.has(chosen.id));
  const place = (pan || !marked) && (await place_of(chosen));
  if (!place || !selection.is(chosen.kind, chosen.id)) return;
  if (pan) view.show(place);
  if (!marked) put_pin(place);
}

async function place_of({ kind, id }) {
  if (kind === "place") return id.split(",").map(Number);
  if (kind === "camera") return cameras_there.then(() => cameras.features.get(id)?.geometry.coordinates);
  if (kind === "service_point") return services_there.then(() => services.features.get(id)?.geometry.coordinates);
  if (kind === "zone") return zones_there.then(() => zones.bounds(id));
  if (kind === "grid") return grid_of(id).then((grid) => grid?.bounds);
  const feature = store.get(id) ?? (await get(urls.case + encodeURIComponent(id)).catch(() => null));
  return feature?.geometry?.coordinates;
}

selection.changed.on((chosen, _, how) => {
  const id_if = (kind) => (chosen?.kind === kind ? chosen.id : null);
  presence.look(id_if("case"));
  cases.choose(id_if("case"));
  list.choose(id_if("case"));
  grids.choose(id_if("grid"));
  cameras.choose(id_if("camera"));
  services.choose(id_if("service_point"));
  zones.choose(id_if("zone"));
  if (chosen) drawer.close();
  put_pin(null);
  if (chosen) show(chosen, how.pan);
});
cases.clicked.on((number) => choose("case", number, { pan: false }));
list.clicked.on((number) => choose("case", number));
grids.clicked.on((code) => choose("grid", code, { pan: false }));
cameras.clicked.on((id) => choose("camera", id, { pan: false }));
services.clicked.on((id) => choose("service_point", id, { pan: false }));
zones.clicked.on((code, where) => (selection.is("zone", code) ? grid_below(where) : choose("zone", code, { pan: false })));
map.on("click", () => selection.clear());

const search = new Search(urls.search);
search.found.on((result) => choose(result.kind === "coordinates" ? "place" : result.kind, result.kind === "coordinates" ? `${result.lon},${result.lat}` : result.id));
keys({ search, list, selection, handling, favour: () => selection.chosen?.kind === "case" && star.toggle(), select: () => list.toggle_tick() });
filter.changed.on(async ({ grid }) => {
  // An address says the code alone.
  if (!grid || Object.keys(grid).length > 1) return;
  const known = await grid_of(grid.code);
  if (known && filter.wanted.grid === grid) filter.set({ grid: known });
});
const follow_address = keep_address(map, selection, filter, as_of, { wants_view: ({ lat, lon, zoom }) => map.setView([lat, lon], zoom, { animate: false }) });
follow_address();
// The other language shows the same place.
const switched = document.getElementById("language-switch");
switched.addEventListener("click", () => { switched.hash = location.hash; });

// --- live -----------------------------------------------------------------------------------------------------------
const reload_grids = () => { names.clear(); grids.reload(); labels.forget(); load_zones(); card.refresh(); as_of.load(); };
const reload_services = () => { trying(fetch_services()); trying(fetch_circles()); };
// Rows and cards name their grids, and a publish may rename one.
const published = () => { reload_grids(); trying(following.load()); };
const following = new Following({
  urls, store, counts, live,
  on_fresh(feature, opened) {
    const { number } = feature.properties;
    list.flash(number);
    // The mark is drawn at the end of this frame; then it may flash.
    setTimeout(() => { cases.flash(number); draw(); }, 60);
    if (opened) { announce(feature.properties); alarm.opened(feature.properties); }
  },
  standing: city.standing,
  on_loaded: (beyond) => city.begin(beyond),
  on_touched(feature, before) {
    const { number } = feature.properties;
    city.touch(feature, before);
    own.look_again();
    if (selection.is("case", number)) card.refresh();
  },
  others: {
    "grids.published": published,
    "grids.loaded": published,
    "cases.loaded": () => trying(following.load()),
    "categories.loaded": () => trying(following.load()),
    "cameras.loaded": () => trying(fetch_cameras()),
    "service-points.loaded": reload_services,
    "camera.state": (event) => { cameras.change(event.subject, { ...(event.data.state && { state: event.data.state }), ...(event.at && { last_heard_at: event.at }) }); },
  },
});
// Too much was missed to be told again: besides the cases everything else may have changed, too.
live.reset.on(() => { reload_grids(); trying(fetch_cameras()); reload_services(); });
live.hello.on(({ server_time }) => set_server_time(server_time));

// The first look needs a server; until there is one, ask again.
for (let pause = 1000; !live.running; pause = Math.min(pause * 2, 10000)) {
  try {
    await following.load();
  } catch (error) {
    toast(error.message || t("card.unreachable"));
    await new Promise((go) => setTimeout(go, pause));
  }
}
draw();
own.look_again();
reconcile({ counts, store, live, beyond: () => city.on, reload: () => following.load() });
setInterval(() => { cases.tick(); draw(); }, 20000);
// Remaining time on the card runs, too.
setInterval(() => { if (selection.chosen?.kind === "case" && !document.hidden) card.refresh(); }, 60000);
