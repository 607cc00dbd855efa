// The desk at which a plan is drawn: brings the parts together. The grids come by the API.
import { get } from "./api.js";
import { toast } from "./announcer.js";
import { bell } from "./bell.js";
import { by_id, h } from "./dom.js";
import { base_maps, ground } from "./layers/ground.js";
import { Labels } from "./layers/labels.js";
import { backdrop } from "./plans/backdrop.js";
import { Catching } from "./plans/catching.js";
import { Choice } from "./plans/choice.js";
import { Chosen } from "./plans/chosen.js";
import { corner_bar } from "./plans/corner_bar.js";
import { Difference } from "./plans/difference.js";
import { Draft } from "./plans/draft.js";
import { drawing_keys } from "./plans/drawing_keys.js";
import { Drawn } from "./plans/drawn.js";
import { Editor } from "./plans/editor.js";
import { Head } from "./plans/head.js";
import { Impact } from "./plans/impact.js";
import { map_buttons } from "./plans/map_buttons.js";
import { Links } from "./plans/links.js";
import { labelled } from "./plans/names.js";
import { lat_lng } from "./plans/places.js";
import { others } from "./plans/others.js";
import { outdated } from "./plans/outdated.js";
import { Presence } from "./plans/presence.js";
import { Problems } from "./plans/problems.js";
import { Saved } from "./plans/saved.js";
import { Shadow } from "./plans/shadow.js";
import { Steps } from "./plans/steps.js";
import { surroundings } from "./plans/surroundings.js";
import { Tabs } from "./plans/tabs.js";
import { Talk } from "./plans/talk.js";
import { TOOLS } from "./plans/tool_list.js";
import { Tools } from "./plans/tools.js";
import { Tracer } from "./plans/tracer.js";
import { Trial } from "./plans/trial.js";
import { ZoneCorners } from "./plans/zone_corners.js";
import { ZoneTab } from "./plans/zone_tab.js";
import { ZONE_TOOLS } from "./plans/zone_tools.js";
import { ZonesDrawn } from "./plans/zones_drawn.js";
import { sheet } from "./sheet.js";
import { signal } from "./signal.js";
import { theme } from "./theme.js";
import { View } from "./view.js";
import { who } from "./who.js";
import { t } from "./words.js";

const { map, urls, baseMaps } = window.gridmapShell;
const page = by_id("plan").dataset;
const allowed = new Set(page.allowed.split(" "));
const DRAWN_FROM = 14; // In a large town micro-grids are fetched from this zoom on.

theme();
who();
const drawer = sheet();
const view = new View(map);

const view_box = () => {
  if (map.getZoom() < DRAWN_FROM) return null;
  const seen = map.getBounds().pad(0.3);
  return [seen.getWest(), seen.getSouth(), seen.getEast(), seen.getNorth()].map((degree) => degree.toFixed(5)).join(",");
};
const saved = new Saved();
const draft = new Draft(urls.plans + page.plan, { whole: page.whole === "yes", view: view_box }, { again: () => saved.again(), outdated, refused });
saved.follow(draft);
// A plan is refused for its problems: they are what one wants to see then.
function refused(error) {
  failed(error);
  if (error.problem?.errors?.length && draft.problems.length) tabs.show("problems");
}
const choice = new Choice();
const zone_choice = new Choice();
const failed = (error) => toast(error.problem ? error.message : t("plan.unreachable"));
const trying = (promise) => promise.catch(failed);

const home_bounds = await trying(get(urls.grid + page.ground)).then((grid) => grid?.bounds);
const home = () => home_bounds && map.fitBounds([[home_bounds[1], home_bounds[0]], [home_bounds[3], home_bounds[2]]], { paddingTopLeft: [64, 40], paddingBottomRight: [32, 64], animate: false });
map.setView([31.6, 121.4], 12);
home();
ground(map);
map_buttons(map, base_maps(map, baseMaps), home);

const drawn = new Drawn(map, draft.topology);
const zones = new ZonesDrawn(map, draft);
const labels = new Labels(map, () => Promise.resolve(labelled(draft.topology)), { level: "micro", level_changed: signal() }, { changed: signal(), get: () => ({ open: 0 }) });
const difference = new Difference(map, draft.url);
const may_draw = () => allowed.has("grids.plan") && draft.drawable;

const catching = new Catching(map, draft.topology);
// On a phone the sheet makes way for what is drawn and shown.
const tracer = new Tracer(map, catching, () => drawer.close());
const trial = new Trial({ draft, shadow: new Shadow(map), view, choice, zone_choice, shown: () => drawer.close() });
// One tool at a time: they draw with one hand, and show what they would do on one map.
const opened = (other) => (name) => { if (name) other().close(); editor.show(!name); zone_corners.show(zone_choice.codes[0], !name); zones_first(); };
// Where zones are worked on their ground answers clicks; while a form asks for a grid, that below does.
const zones_first = () => by_id("stage").classList.toggle("zones-first", tabs.shown === "zones" && !zone_tools.name);
const shared = { draft, tracer, trial, may: may_draw, asks: () => drawer.open() };
const to_corners = () => h("button", { type: "button", class: "deed", dataset: { testid: "to-corners" }, onclick: () => editor.take_hold() }, t("deed.move"));
const tools = new Tools({ ...shared, list: TOOLS, here: surroundings(draft, urls, page.town), opened: opened(() => zone_tools), title: (codes) => t(codes.length ? "tools.grid" : "tools.village"), first: (codes) => codes.length > 0 && to_corners() });
const own_grids = () => [...draft.topology.grids.values()].map(({ facts }) => facts).filter((facts) => facts.drawn);
const here_of_zones = (codes) => ({ codes, facts: (code) => draft.zones.get(code)?.properties, grids: own_grids(), categories: urls.categories });
const zone_tools = new Tools({ ...shared, list: ZONE_TOOLS, here: here_of_zones, opened: opened(() => tools), title: (codes) => t(codes.length ? "tools.zone" : "tools.zones") });
const chosen = new Chosen(draft, choice, tools);
const zone_tab = new ZoneTab(draft, zone_choice, zone_tools, urls.categories);
const problems = new Problems(draft, { locate: (one) => { drawer.close(); view.locate(one.bounds); }, repair: mend, may: may_draw });
const steps = new Steps(draft, { compare: (from, to) => trying(difference.show(from, to)), may: may_draw });
const talk = new Talk(map, draft, { allowed, pick: (taken) => { drawer.close(); toast(t("place.pick")); view.pick(taken); }, show: (place) => { drawer.close(); map.setView(lat_lng(place), Math.max(16, map.getZoom())); }, counted: (n) => tabs.count("talk", n) });
const links = allowed.has("grids.plan") ? new Links(draft, { say: toast }) : null;
if (links) talk.node.append(links.node);
const tabs = new Tabs({ chosen: chosen.node, zones: zone_tab.node, problems: problems.node, steps: steps.node, talk: talk.node });

draft.changed.on(() => {
  drawn.draw();
  zones.draw();
  zone_corners.show();
  labels.forget();
  choice.keep(draft.topology.grids);
  zone_choice.keep(draft.zones);
  tabs.count("problems", draft.problems.length, draft.problems.some((one) => !one.unfinished));
  tabs.count("steps", draft.steps.steps.length);
});
drawn.clicked.on((code, { originalEvent, latlng }) => {
  if (tracer.active) tracer.put(latlng, originalEvent.altKey);
  else if (tabs.shown !== "zones" || !zone_tools.take(code)) choice.click(code, originalEvent.shiftKey || originalEvent.ctrlKey || originalEvent.metaKey);
});
choice.changed.on((codes, how) => {
  trial.close();
  drawn.choose(codes);
  if (codes.length) { zone_choice.clear(); tabs.show("chosen"); }
  if (how.show) view.show(drawn.bounds(codes[0]));
});
zones.clicked.on((code, { latlng, originalEvent }) => {
  if (tracer.active) tracer.put(latlng, originalEvent.altKey);
  else if (!zone_tools.name) zone_choice.only(code); // Or what is filled in would be lost.
});
zone_choice.changed.on((codes, how) => {
  trial.close();
  zones.choose(codes[0]);
  zone_corners.show(codes[0] ?? null);
  if (codes.length) { choice.clear(); tabs.show("zones"); }
  if (how.show) view.show(zones.bounds(codes[0]));
});
tabs.changed.on(zones_first);
map.on("click", ({ latlng, originalEvent }) => {
  if (tracer.active) tracer.put(latlng, originalEvent.altKey);
  else { choice.clear(); zone_choice.clear(); }
});
const far = notice(t("plan.far"));
const look = () => { far.hidden = draft.ground.whole || map.getZoom() >= DRAWN_FROM; };
map.on("moveend", () => { look(); trying(draft.look()); });
look();
if (!draft.ground.whole) trying(backdrop(map, urls.grids, page.ground, DRAWN_FROM));

const editor = new Editor(map, draft, drawn, choice, { catching, may: may_draw, say: toast });
const zone_corners = new ZoneCorners(map, draft, { drawn: zones, catching, may: may_draw, say: toast });
corner_bar(editor);
const review = `${location.pathname.replace(/\/$/, "")}/review`;
const keys = drawing_keys({ draft, may: may_draw, take_back: () => editor.take_back() || zone_corners.take_back(), escape: () => { if (trial.open) trial.close(); else if (tools.name) tools.close(); else if (zone_tools.name) zone_tools.close(); else { difference.close(); choice.clear(); zone_choice.clear(); } } });
new Head(draft, { allowed, may: may_draw, review, keys });
new Impact(draft, { review });
const presence = new Presence(draft.url, () => choice.codes[0] ?? "");
by_id("stage-top").append(presence.node);

// What has not reached the server would be lost with the page.
addEventListener("beforeunload", (event) => { if (draft.busy || editor.nudged || zone_corners.nudged) event.preventDefault(); });

// A repair is shown as every deed is; where somebody has to say who, the form asks.
function mend({ codes }, { deed, body, ask }) {
  if (!ask) { trying(trial.run(deed, body)); return; }
  choice.only(codes[0], { show: true });
  tools.open(deed);
}

await trying(draft.load());
trying(talk.load());
if (links) trying(links.load());
bell(others(draft, { url: urls.events, plan: page.plan, position: Number(page.position), talked: () => trying(talk.load()), failed }));
presence.start();
drawer.close();

function notice(words) {
  const node = h("p", { class: "notice", role: "status" }, words);
  by_id("stage-top").append(node);
  return node;
}
