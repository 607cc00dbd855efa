// The exported map: one file, no server. The same marks, words and legend as the live map, over data inside the page.
import { by_id, h, joined, replace } from "../dom.js";
import { case_glyph, grid_glyph, icon, service_glyph } from "../glyphs.js";
import { Cases } from "../layers/cases.js";
import { hours } from "../hours.js";
import { zone_swatch } from "../layers/hatch.js";
import { Labels } from "../layers/labels.js";
import { LINES, level_of } from "../layers/levels.js";
import { factor_for, load_step, steps_of } from "../layers/scale.js";
import { Spot, pane, rem } from "../layers/spots.js";
import { target_of, zone_marks } from "../layers/zone_marks.js";
import { legend_body } from "../legend.js";
import { signal } from "../signal.js";
import { moment, remaining, set_server_time } from "../times.js";
import { is_open, tone } from "../urgency.js";
import { area, category_name, coordinates, distance, figure, group_name, language, name_of, source_name, t } from "../words.js";

const { L } = window;
const { map } = window.gridmapShell;
const town = JSON.parse(by_id("town").textContent);
// The file shows one moment for ever: that of its export.
set_server_time(town.exported_at);
const at = Date.parse(town.exported_at);
const open_in = new Map();
for (const { properties: facts } of town.cases) {
  for (const grid of [facts.grid, facts.village, facts.town]) if (grid) open_in.set(grid.code, (open_in.get(grid.code) ?? 0) + 1);
}

const row = (words, value) => value !== null && value !== undefined && value.length !== 0 && [h("dt", {}, words), h("dd", {}, value)];

function show({ tone: kind, glyph, title, subtitle, rows, text, reason }) {
  const card = by_id("card");
  card.className = `card short ${kind ? `is-${kind}` : ""}`;
  replace(card,
    h("header", { class: "card-head" }, glyph, h("div", {}, h("h2", {}, title), h("p", {}, subtitle)),
      h("button", { type: "button", class: "card-close", "aria-label": t("card.close"), onclick: hide }, icon("close"))),
    h("div", { class: "card-body" }, text && h("section", {}, h("p", { class: "said" }, text)), h("section", {}, h("dl", { class: "facts" }, rows)),
      reason && h("section", {}, h("h3", {}, t("route.title")), h("div", { class: "reason", dataset: { testid: "route-reason" } }, reason))));
  card.hidden = false;
}

function hide() {
  by_id("card").hidden = true;
}

function case_facts(facts, place) {
  const kind = tone(facts, at);
  show({
    tone: kind, glyph: case_glyph(facts.state, kind), title: category_name(facts), text: facts.text, reason: facts.reason?.[language],
    subtitle: joined([facts.number, facts.category && group_name(facts.category)], " · "),
    rows: [
      row(t("case.state"), [t(`state.${facts.state}`), is_open(facts) ? remaining(facts.due_at, facts.handled_at) : ""].filter(Boolean).join(" · ")),
      row(t("case.grid"), facts.grid ? joined([facts.town, facts.village, facts.grid].map(name_of), " › ") : t("tray.unrouted")),
      row(t("case.address"), facts.address), row(t("case.place"), place && coordinates(place[0], place[1])),
      row(t("case.source"), source_name(facts.source)), row(t("case.occurred"), moment(facts.occurred_at)), row(t("case.due"), facts.due_at && moment(facts.due_at)),
    ],
  });
}

function grid_facts(facts) {
  show({
    glyph: grid_glyph(), title: name_of(facts), subtitle: [t(`level.${facts.level}`), facts.code].join(" · "),
    rows: [row(t("grid.open"), String(open_in.get(facts.code) ?? 0)), row(t("grid.head"), joined([facts.head?.name, facts.head?.phone], " ")), row(t("grid.area"), area(facts.area_m2))],
  });
}

function point_facts(facts) {
  show({
    glyph: h("span", { class: "service-mark" }, service_glyph()), title: name_of(facts), subtitle: facts.code,
    rows: [row(t("case.address"), facts.address), row(t("service.hours"), hours(facts.opening_hours)), row(t("service.keeper"), facts.keeper), row(t("service.phone"), facts.phone), row(t("service.radius"), distance(town.radius_m))],
  });
}

function zone_facts(facts) {
  show({ glyph: zone_swatch(), title: name_of(facts), subtitle: [t("kind.zone"), t(`zone.kind.${facts.kind}`), facts.code].join(" · "), rows: [row(t("zone.target"), target_of(facts))] });
}

// --- layers --------------------------------------------------------------------------------------------------------
pane(map, "areas", 250);
pane(map, "lines", 300, false);
pane(map, "circles", 340, false);
pane(map, "services", 605);
const over_grids = pane(map, "zones", 345);

const of_level = (level) => ({ type: "FeatureCollection", features: town.grids.filter((grid) => grid.properties.level === level) });
const thick = (level) => (LINES[level].weight * rem()) / 15;
const factor = factor_for("micro", of_level("micro").features.map(({ properties: { code } }) => open_in.get(code) ?? 0));
const micro = L.geoJSON(of_level("micro"), {
  pane: "areas",
  style: ({ properties: { code } }) => ({ color: LINES.micro.color, weight: thick("micro"), fillColor: `var(--load-${load_step("micro", open_in.get(code) ?? 0, factor)})`, fillOpacity: 0.92 }),
  onEachFeature: ({ properties }, layer) => layer.on("click", () => grid_facts(properties)),
});
const outline = (level) => L.geoJSON(of_level(level), { pane: "lines", interactive: false, style: { color: LINES[level].color, weight: thick(level), fill: false } });
const grids = L.layerGroup([micro, outline("village"), outline("town")]);
const circles = L.layerGroup(town.points.map(({ lon, lat }) => L.circle([lat, lon], { pane: "circles", interactive: false, radius: town.radius_m, color: "var(--service)", weight: 1.2, dashArray: "5 4", fillColor: "var(--service)", fillOpacity: 0.07 })));
const points = L.layerGroup(town.points.map((facts) => L.marker([facts.lat, facts.lon], { pane: "services", icon: new Spot({ build: () => h("span", { class: "service-mark" }, service_glyph()), label: name_of(facts) }) }).on("click", () => point_facts(facts))));
const zones = L.layerGroup(town.zones.flatMap((feature) => Object.values(zone_marks(feature, { own: over_grids, clicked: () => zone_facts(feature.properties) }))));
const by_number = new Map(town.cases.map((feature) => [feature.properties.number, feature]));
const cases = new Cases(map);
cases.draw(town.cases);
cases.clicked.on((number) => case_facts(by_number.get(number).properties, by_number.get(number).geometry.coordinates));

const zoomed = signal();
const shown_grids = { get level() { return level_of(map.getZoom() ?? 12); }, level_changed: zoomed };
const counted = { get: (code) => ({ open: open_in.get(code) ?? 0 }), changed: signal() };
const names = new Labels(map, async (level) => of_level(level).features, shown_grids, counted);
map.on("zoomend", () => zoomed.emit());
const labels = { addTo: () => names.show(true), remove: () => names.show(false) };

const known = [["grids", grids, true], ["labels", labels, true], ["cases", cases.group, true], ["heat", cases.heat, false], ["services", points, true], ["circles", circles, false], ...(town.zones.length ? [["zones", zones, true]] : [])];
const bounds = micro.getBounds();
map.fitBounds(bounds.isValid() ? bounds : [[18, 74], [53, 134]], { padding: [32, 32] });
for (const [, layer, on] of known) if (on) layer.addTo(map);
cases.heat.setLatLngs(town.cases.filter((one) => one.geometry).map(({ geometry: { coordinates: place } }) => [place[1], place[0], 0.6]));
map.on("click", hide);
addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });

// --- around the map -------------------------------------------------------------------------------------------------
by_id("layers").append(...known.map(([name, layer, on]) =>
  h("label", {}, h("input", { type: "checkbox", checked: on, dataset: { testid: `layer-${name}` }, onchange: (event) => (event.target.checked ? layer.addTo(map) : layer.remove()) }), t(`layer.${name}`))));
by_id("legend").append(h("h2", {}, t("legend.title")), legend_body("micro", steps_of("micro", factor), { zones: town.zones.length > 0 }));
by_id("town-name").textContent = of_level("town").features.map((grid) => name_of(grid.properties)).join(t("sign.comma"));
by_id("figures").textContent = t(town.cases_left ? "export.figures_cut" : "export.figures", { n: figure(town.cases.length), time: moment(town.exported_at), left: figure(town.cases_left) });
if (of_level("town").features.some(({ properties }) => (properties.head?.name ?? "").startsWith("示例"))) {
  by_id("notice").append(h("strong", {}, t("notice.demo")), ` · ${t("notice.demo.long")}`);
  by_id("notice").hidden = false;
}
