// One publish: a line that opens into where ground went, how it looked before and after, and what rolling it back would do.
import { get, send } from "../api.js";
import { h, replace, theirs } from "../dom.js";
import { refusal } from "../handling/refusal.js";
import { moment, of_town } from "../times.js";
import { name_of, t } from "../words.js";
import { ask, text_field } from "./asking.js";
import { AMONG_GRIDS, around } from "./ground.js";
import { hands } from "./hands.js";
import { summary } from "./life.js";
import { plain_name, strand } from "./lineage.js";
import { Pictures } from "./pictures.js";
import { figures_table } from "./table.js";
import { zone_changes } from "./zones.js";

const GRIDS = "/api/v1/grids.geojson";
const ZONES = "/api/v1/zones.geojson";
const MICRO = 15;
const MOST_STRANDS = 40;

export class Publication {
  // `publishes`: whether one may roll back; `done()`: something was published.
  constructor(url, publishes, done) {
    Object.assign(this, { url, publishes, done });
    this.head = h("summary", {});
    this.body = h("div", { class: "publication-body" });
    this.node = h("details", { class: "sheet publication", dataset: { testid: "publication" }, ontoggle: () => { if (this.node.open) this.#fill(); } }, this.head, this.body);
  }

  draw(facts, newest) {
    Object.assign(this, { facts, newest });
    this.node.id = `publication-${facts.id}`;
    this.node.dataset.publication = facts.id;
    replace(this.head,
      h("span", { class: "publication-number" }, t("history.number", { id: facts.id })),
      h("time", { datetime: facts.at, title: of_town(facts.at) }, moment(facts.at)),
      h("span", { class: "publication-note" }, facts.note ? theirs(facts.note) : h("span", { class: "quiet" }, t("history.no_note"))),
      facts.undoes && h("span", { class: "fate is-changed" }, t("history.undoes", { id: facts.undoes })),
      facts.undone_by && h("span", { class: "fate is-gone" }, t("history.undone", { id: facts.undone_by })),
      h("span", { class: "publication-counts" }, t("history.grids", { n: facts.grids }), facts.zones ? ` · ${t("history.zones", { n: facts.zones })}` : "", facts.cases ? ` · ${t("history.cases", { n: facts.cases })}` : "", facts.by && [" · ", theirs(facts.by)]));
    if (this.actions) this.#draw_actions();
  }

  open() {
    this.node.open = true;
    this.node.scrollIntoView({ block: "start" });
  }

  async #fill() {
    if (this.filled) return;
    this.filled = true;
    try {
      const whole = await get(`${this.url}/${this.facts.id}`);
      this.names = new Map(Object.values(whole.names).map((one) => [one.code, name_of(one)]));
      this.actions = h("div", { class: "publication-actions" });
      const [zones, pictures] = [h("div"), h("div")];
      replace(this.body, strands(whole, this.names), zones, renamed(whole, this.names), whole.bounds && pictures, this.actions);
      this.#draw_actions();
      if (whole.bounds) await show(new Pictures(pictures, { before: t("history.before"), after: t("history.after") }), zones, whole);
      this.node.dataset.ready = "yes";
    } catch (error) {
      this.filled = false;
      replace(this.body, h("p", { class: "wrong", role: "alert" }, refusal(error)[0]));
    }
  }

  #draw_actions() {
    if (!this.publishes || this.facts.undone_by) return replace(this.actions);
    return replace(this.actions, h("button", { type: "button", class: "button", dataset: { testid: "rollback-preview" }, onclick: () => this.#preview() }, t("history.preview")));
  }

  async #preview() {
    const address = `${this.url}/${this.facts.id}/rollback`;
    const impact = await get(address, {}, { cache: "no-store" }).catch((error) => error);
    if (impact instanceof Error) return replace(this.actions, h("div", { class: "wrong", role: "alert", dataset: { testid: "rollback-refused" } }, refusal(impact).map((line) => h("p", {}, line))));
    const called = (code) => this.names.get(code) ?? (name_of(impact.names[code] ?? impact.grids.find((grid) => grid.code === code)) || code);
    return replace(this.actions, h("h3", {}, t("history.rollback.title")), summary(impact),
      impact.grids.length > 0 && h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": t("history.rollback.title") }, figures_table(impact)),
      h("div", { class: "all-hands" }, hands(impact, called)),
      h("div", { class: "deeds" }, h("button", { type: "button", class: "button danger", dataset: { testid: "rollback" }, onclick: () => this.#roll_back(address, impact) }, t("history.rollback")), h("a", { class: "button", href: `${address}?format=csv`, download: `gridmap-rollback-${this.facts.id}.csv` }, "CSV")));
  }

  async #roll_back(address, impact) {
    const deed = ({ note }) => send(address, { note, newest: this.newest });
    if (await ask({ title: t("history.ask", { id: this.facts.id }), words: summary(impact), fields: [text_field("note", t("history.reason"))], yes: t("history.rollback"), danger: true, deed })) await this.done();
  }
}

// Micro-grids are what was drawn; villages follow them.
function strands(whole, names) {
  const rows = whole.lineage.filter((row) => row.from_code.length === MICRO);
  if (!rows.length) return whole.codes.begun.length > 0 && h("p", { class: "quiet" }, t("history.first", { n: whole.codes.begun.filter((code) => code.length === MICRO).length }));
  const line = (row) => h("li", {}, strand(row, plain_name(names)));
  return h("ul", { class: "plain strands", dataset: { testid: "strands" } }, rows.slice(0, MOST_STRANDS).map(line), rows.length > MOST_STRANDS && h("li", { class: "quiet" }, t("review.hands.more", { n: rows.length - MOST_STRANDS })));
}

function renamed(whole, names) {
  return whole.codes.renamed.length > 0 && h("p", {}, t("history.renamed"), " ", whole.codes.renamed.map((code, index) => [index > 0 && t("sign.comma"), theirs(names.get(code) ?? code)]));
}

async function show(pictures, room, whole) {
  const [west, south, east, north] = whole.bounds;
  const bbox = around([west, south, east, north], whole.codes.opened.length + whole.codes.closed.length ? undefined : AMONG_GRIDS);
  const just_before = new Date(Date.parse(whole.at) - 1).toISOString();
  const asked = (url, more) => Promise.all([just_before, whole.at].map((at) => get(url, { ...more, at, bbox }).then(({ features }) => new Map(features.map((one) => [one.id, one])))));
  const [[before, after], zoned] = await Promise.all([asked(GRIDS, { level: "micro" }), asked(ZONES, {})]);
  const zones = whole.codes.zones.map((code) => ({ code, before: zoned[0].get(code) ?? null, after: zoned[1].get(code) ?? null })).filter((one) => one.before || one.after);
  if (zones.length) replace(room, zone_changes(zones));
  const codes = [...new Set([...whole.codes.opened, ...whole.codes.closed])].filter((code) => code.length === MICRO);
  const differences = codes.map((code) => ({ code, before: before.get(code) ?? null, after: after.get(code) ?? null })).filter((one) => one.before || one.after);
  pictures.show([...after.values()], differences, whole.bounds, { in_force: [...zoned[1].values()], differences: zones });
}
