// The list's own controls: trays, filters; and the figures in the bar, which are filters too.
import { by_id, h, replace } from "./dom.js";
import { case_glyph } from "./glyphs.js";
import { now } from "./times.js";
import { A_DAY, STATES, URGENCIES, is_open, moments, tone } from "./urgency.js";
import { QUEUES } from "./queues.js";
import { figure, name_of, source_name, t } from "./words.js";

// What asks for somebody when it is not empty.
const ASKING = new Set(["mine", "overdue", "unrouted", "triage", "verifying"]);

export class Controls {
  constructor(filter) {
    this.filter = filter;
    this.saved = null; // Filters under names, see saved_filters.js.
    this.queues = QUEUES;
    this.figures = {};
    this.sources = new Set();
  }

  // Figures over all open cases, whatever the filter shows: counted here, or by the server where this screen does not hold them.
  count(features, standing = null) {
    const queues = this.filter.queues;
    const { figures, by, waiting, sources } = standing ? { figures: standing.figures, by: standing.by, sources: standing.sources, waiting: queues.waiting(standing) } : this.#counted(features);
    const more = Object.keys(figures).filter((key) => this.figures[key] !== undefined && figures[key] > this.figures[key]);
    Object.assign(this, { figures, by, waiting, sources });
    by_id("trays").classList.toggle("wide", standing !== null);
    this.draw(more);
  }

  #counted(features) {
    const at = now();
    const open = features.filter((feature) => is_open(feature.properties));
    const figures = { open: open.length, overdue: 0, day: 0 };
    const by = { state: {}, urgency: {} };
    for (const { properties: facts } of open) {
      const kind = tone(facts, at);
      if (kind === "overdue") figures.overdue += 1;
      if (at - moments(facts).received < A_DAY) figures.day += 1;
      by.state[facts.state] = (by.state[facts.state] ?? 0) + 1;
      by.urgency[kind] = (by.urgency[kind] ?? 0) + 1;
    }
    return { figures, by, waiting: this.filter.queues.count(features, at), sources: new Set(features.map((feature) => feature.properties.source)) };
  }

  draw(bumped = []) {
    const focused = document.activeElement?.dataset?.control;
    this.#counters(bumped);
    this.#trays();
    this.#filters();
    if (focused) document.querySelector(`[data-control="${CSS.escape(focused)}"]`)?.focus();
  }

  #counters(bumped) {
    const { wanted } = this.filter;
    const counter = (key, pressed, act) =>
      h("button", { type: "button", class: `counter ${key === "overdue" ? "is-overdue" : ""} ${bumped.includes(key) ? "bumped" : ""}`, "aria-pressed": pressed, dataset: { testid: `count-${key}`, control: `count-${key}` }, onclick: act },
        h("b", {}, this.figures[key] === undefined ? "–" : figure(this.figures[key])), h("span", {}, t(`figure.${key}`)));
    replace(by_id("counters"),
      counter("open", !this.filter.narrowed && !wanted.tray, () => { this.filter.clear(); this.filter.set({ tray: "" }); }),
      counter("overdue", wanted.urgencies.has("overdue"), () => this.filter.toggle("urgencies", "overdue")),
      counter("day", wanted.last_day, () => this.filter.set({ last_day: !wanted.last_day })));
  }

  #trays() {
    const tray = (name) => {
      const count = this.waiting?.[name] ?? 0;
      const chosen = this.filter.wanted.tray === name;
      return h("button", { type: "button", class: `tray ${ASKING.has(name) && count ? "has-some" : ""} ${name === "overdue" ? "is-overdue" : ""}`, "aria-pressed": chosen, "aria-controls": "list", dataset: { testid: `tray-${name || "all"}`, control: `tray-${name}` }, onclick: () => this.filter.set({ tray: name }) },
        t(`tray.${name || "all"}`), " ", h("b", {}, figure(count)));
    };
    replace(by_id("trays"), this.queues.map(tray));
  }

  #filters() {
    const { wanted, all_open } = this.filter;
    const chip = (which, value, glyph, label, count) =>
      h("button", { type: "button", class: "chip", "aria-pressed": wanted[which].has(value) && !(which === "states" && all_open), dataset: { testid: `filter-${value}`, control: `chip-${value}` }, title: count ? `${label} ${figure(count)}` : label, onclick: () => which === "states" ? this.filter.press_state(value) : this.filter.toggle(which, value) },
        glyph, label);
    replace(by_id("filters"),
      h("div", { class: "filter-row", role: "group", "aria-label": t("filter.urgency") },
        URGENCIES.map((one) => chip("urgencies", one, case_glyph("discovered", one), t(`urgency.${one}`), this.by?.urgency[one]))),
      h("div", { class: "filter-row", role: "group", "aria-label": t("filter.state") },
        STATES.filter((one) => one !== "void").map((one) => chip("states", one, case_glyph(one, one === "closed" ? "done" : "unlimited"), t(`state.${one}`), this.by?.state[one]))),
      h("div", { class: "filter-row" }, this.#order(), this.#source(),
        wanted.grid && h("button", { type: "button", class: "chip clear", dataset: { control: "grid" }, "aria-label": t("filter.clear_grid"), onclick: () => this.filter.set({ grid: null }) }, name_of(wanted.grid), " ×"),
        this.filter.narrowed && h("button", { type: "button", class: "chip clear", dataset: { control: "clear", testid: "filter-clear" }, onclick: () => this.filter.clear() }, t("filter.clear"))),
      this.saved?.node);
  }

  #order() {
    const choose = (event) => this.filter.set({ order: event.target.value });
    return h("select", { "aria-label": t("filter.order"), dataset: { control: "order", testid: "list-order" }, onchange: choose },
      ["newest", "pressing"].map((one) => h("option", { value: one, selected: this.filter.wanted.order === one }, t(`order.${one}`))));
  }

  #source() {
    const choose = (event) => this.filter.set({ source: event.target.value });
    return h("select", { "aria-label": t("filter.source"), dataset: { control: "source", testid: "filter-source" }, onchange: choose },
      h("option", { value: "" }, t("filter.every_source")),
      [...this.sources].sort().map((one) => h("option", { value: one, selected: this.filter.wanted.source === one }, source_name(one))));
  }
}
