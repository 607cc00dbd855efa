// A grid: its name, code, head, what is open in it, what stands in it, and its family.
import { get } from "../api.js";
import { h, replace, theirs } from "../dom.js";
import { grid_glyph, icon } from "../glyphs.js";
import { strand } from "../publishing/lineage.js";
import { moment } from "../times.js";
import { area, name_of, t } from "../words.js";
import { action, code, facts, figures, grid_facts, link, section } from "./parts.js";

// `at()`: the past moment the map shows (ISO), or null.
export function grid_card({ urls, choose, locate, only, counts, at }) {
  return async (grid_code, signal) => {
    const grid = await get(urls.grid + encodeURIComponent(grid_code), { at: at() }, { signal, cache: "no-store" });
    return build(grid, { urls, choose, locate, only, counts });
  };
}

function build(grid, { urls, choose, locate, only, counts }) {
  const share = Math.round((grid.circle_share ?? 0) * 100);
  return {
    glyph: grid_glyph(),
    title: name_of(grid),
    subtitle: [t(`level.${grid.level}`), grid.code].join(" · "),
    body: [
      grid.at && section(null, h("p", { class: "reason doubtful", dataset: { testid: "grid-as-of" } }, t("grid.as_of", { time: moment(grid.at) }))),
      grid.retired_at && section(null, h("p", { class: "reason doubtful" }, t("grid.retired", { time: moment(grid.retired_at) })), successors(grid.successors, choose)),
      section(t("grid.figures"), figures([
        [t("grid.open"), grid.open_cases], [t("grid.day"), grid.cases_24h], [t("grid.overdue"), grid.overdue],
        [t("grid.cameras"), grid.cameras], [t("grid.services"), grid.service_points], [t("grid.area"), area(grid.area_m2)],
      ])),
      section(t("grid.share"), h("p", { dataset: { testid: "circle-share" } }, t("grid.share_words", { percent: share })), meter(share)),
      section(t("grid.head"), head(grid.head), functions(grid.head)),
      section(t("grid.family"), facts([
        [t("grid.code"), code(grid.code)],
        [t("grid.parent"), grid.parent && h("button", { type: "button", class: "link", dataset: { testid: "grid-parent" }, onclick: () => choose("grid", grid.parent.code) }, h("span", { class: "name" }, name_of(grid.parent)))],
        [t("grid.boundary"), grid_facts(grid.boundary)],
      ]), children(grid, choose, counts)),
      past(grid, urls, choose),
    ],
    actions: [
      grid.bounds && action("target", t("action.fit"), () => locate(grid.bounds)),
      action("list", t("action.only"), () => only(grid)),
      h("a", { class: "action", href: `/grids/${encodeURIComponent(grid.code)}/people`, dataset: { testid: "grid-people" } }, t("grid.people")),
      grid.level === "village" && !grid.retired_at && h("a", { class: "action", href: `/sheets/${encodeURIComponent(grid.code)}`, dataset: { testid: "grid-sheet" } }, t("grid.sheet")),
    ].filter(Boolean),
  };
}

function head(person) {
  if (!person?.name) return h("p", { class: "quiet" }, t("grid.no_head"));
  const tel = (person.phone ?? "").replace(/[^\d+*#-]/g, "");
  return h("p", {}, theirs(name_of(person)), " ", tel && h("a", { class: "action", href: `tel:${tel}` }, icon("phone"), person.phone));
}

// An old code leads to those who have its ground today.
function successors(found, choose) {
  if (!found?.length) return null;
  const row = (one) => link(grid_glyph(), name_of(one), t("grid.successor", { percent: percent(one.share), code: one.code }), () => choose("grid", one.code), "grid");
  return h("ul", { class: "plain-list", dataset: { testid: "grid-successors" } }, found.map(row));
}

// A sliver is not nothing.
const percent = (share) => (share > 0 && share < 0.01 ? "<1" : Math.round(share * 100));

// What a micro-grid's head answers for (信息员、宣传员、协调员、监督员), of which one may be nobody's.
function functions(person) {
  const held = (person?.duties ?? []).filter((duty) => duty.head_function);
  return held.length > 0 && h("ul", { class: "functions", dataset: { testid: "head-functions" } }, held.map((duty) => h("li", { class: "pill plain" }, name_of(duty))));
}

// Asked for when somebody opens it; it stays open when the card is drawn anew.
const opened = new Set();
function past(grid, urls, choose) {
  const room = h("div", { class: "past", dataset: { testid: "grid-past" } });
  const fill = async () => {
    const told = await get(`${urls.grid}${encodeURIComponent(grid.code)}/lineage`).catch((error) => error);
    replace(room, told instanceof Error ? h("p", { class: "quiet" }, t("card.unreachable")) : turns(told, choose));
  };
  const box = h("details", { open: opened.has(grid.code), ontoggle: () => { opened[box.open ? "add" : "delete"](grid.code); if (box.open) fill(); } }, h("summary", { dataset: { testid: "grid-past-open" } }, t("grid.past")), room);
  return h("section", {}, box);
}

function turns(told, choose) {
  const names = new Map(Object.entries(told.names).map(([one, grid]) => [one, name_of(grid)]));
  const name = (one) => (one === told.code ? theirs(names.get(one) ?? one) : h("button", { type: "button", class: "in-words", onclick: () => choose("grid", one) }, names.get(one) ?? one));
  if (!told.turns.length) return h("p", { class: "quiet" }, t("grid.past.none"));
  return h("ol", { class: "timeline" }, told.turns.toReversed().map((turn) =>
    h("li", {}, h("a", { href: `/publications#publication-${turn.publication}` }, h("time", {}, moment(turn.at))), h("div", {}, strand(turn, name)))));
}

function children(grid, choose, counts) {
  if (!grid.children?.length) return null;
  const row = (child) => link(grid_glyph(), name_of(child), t("grid.open_short", { n: counts.get(child.code).open }), () => choose("grid", child.code), "grid");
  return [h("p", { class: "quiet" }, t("grid.children", { n: grid.children.length })), h("ul", { class: "plain-list", dataset: { testid: "grid-children" } }, grid.children.map(row))];
}

function meter(percent) {
  const bar = h("i");
  bar.style.width = `${percent}%`;
  return h("div", { class: "meter", role: "img", "aria-label": `${percent}%` }, bar);
}
