// The desk at which a plan is drawn: brings the parts together. The grids come by the API.
import { get } from "./api.js";
import { toast } from "./announcer.js";
import { bell } from "./bell.js";
import { by_id } from "./dom.js";
import { base_maps, ground } from "./layers/ground.js";
import { Labels } from "./layers/labels.js";
import { Choice } from "./plans/choice.js";
import { Chosen } from "./plans/chosen.js";
import { Difference } from "./plans/difference.js";
import { Draft } from "./plans/draft.js";
import { Drawn } from "./plans/drawn.js";
import { Head } from "./plans/head.js";
import { map_buttons } from "./plans/map_buttons.js";
import { labelled } from "./plans/names.js";
import { lat_lng } from "./plans/places.js";
import { outdated } from "./plans/outdated.js";
import { Problems } from "./plans/problems.js";
import { Saved } from "./plans/saved.js";
import { Steps } from "./plans/steps.js";
import { Tabs } from "./plans/tabs.js";
import { Talk } from "./plans/talk.js";
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
bell();
const drawer = sheet();
const view = new View(map);

const view_box = () => {
  if (map.getZoom() < DRAWN_FROM) return null;
  const seen = map.getBounds().pad(0.3);
  return [seen.getWest(), seen.getSouth(), seen.getEast(), seen.getNorth()].map((degree) => degree.toFixed(5)).join(",");
};
const saved = new Saved();
const draft = new Draft(urls.plans + page.plan, { whole: page.whole === "yes", view: view_box }, { again: () => saved.again(), outdated, refused: (error) => toast(error.message) });
saved.follow(draft);
const choice = new Choice();
const trying = (promise) => promise.catch((error) => toast(error.problem ? error.message : t("plan.unreachable")));

const home_bounds = await trying(get(urls.grid + page.ground)).then((grid) => grid?.bounds);
const home = () => home_bounds && map.fitBounds([[home_bounds[1], home_bounds[0]], [home_bounds[3], home_bounds[2]]], { paddingTopLeft: [64, 40], paddingBottomRight: [32, 64] });
map.setView([31.6, 121.4], 12);
home();
ground(map);
map_buttons(map, base_maps(map, baseMaps), home);

const drawn = new Drawn(map, draft.topology);
const labels = new Labels(map, () => Promise.resolve(labelled(draft.topology)), { level: "micro", level_changed: signal() }, { changed: signal(), get: () => ({ open: 0 }) });
const difference = new Difference(map, draft.url);
const may_draw = () => allowed.has("grids.plan") && draft.drawable;

const tools = { node: null, offer() {} };
const chosen = new Chosen(draft, choice, tools);
const problems = new Problems(draft, { locate: (one) => view.locate(one.bounds), repair() {}, may: () => false });
const steps = new Steps(draft, { compare: (from, to) => trying(difference.show(from, to)), may: may_draw });
const talk = new Talk(map, draft, { allowed, pick: (taken) => { toast(t("place.pick")); view.pick(taken); }, show: (place) => map.setView(lat_lng(place), Math.max(16, map.getZoom())), counted: (n) => tabs.count("talk", n) });
const tabs = new Tabs({ chosen: chosen.node, problems: problems.node, steps: steps.node, talk: talk.node });
new Head(draft, { allowed, may: may_draw });

draft.changed.on(() => {
  drawn.draw();
  labels.forget();
  choice.keep(draft.topology.grids);
  tabs.count("problems", draft.problems.length, draft.problems.some((one) => !one.unfinished));
  tabs.count("steps", draft.steps.steps.length);
});
drawn.clicked.on((code, { originalEvent }) => {
  if (originalEvent.shiftKey || originalEvent.ctrlKey || originalEvent.metaKey) choice.toggle(code);
  else choice.only(code);
});
choice.changed.on((codes, how) => {
  drawn.choose(codes);
  if (codes.length) tabs.show("chosen");
  if (how.show) view.show(drawn.bounds(codes[0]));
});
map.on("click", () => choice.clear());
map.on("moveend", () => trying(draft.look()));

await trying(draft.load());
trying(talk.load());
drawer.close();
