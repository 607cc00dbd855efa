// What is wrong and what is merely unfinished, apart; each with its size, the way to it, and what would mend it.
import { h } from "../dom.js";
import { t, area, distance, name_of } from "../words.js";
import { redrawn } from "./redrawn.js";

export class Problems {
  // `locate(bounds, problem)`; `repair(problem, repair)`; `may()`: whether one may draw.
  constructor(draft, { locate, repair, may }) {
    Object.assign(this, { draft, locate, repair, may });
    this.node = h("div", { dataset: { testid: "problems" } });
    draft.changed.on(() => this.draw());
  }

  draw() {
    const { problems } = this.draft;
    const [unfinished, wrong] = [true, false].map((is) => problems.filter((one) => one.unfinished === is));
    redrawn(this.node,
      !problems.length && h("p", { class: "lead all-well" }, t(this.draft.steps.current ? "plan.problems.none" : "plan.problems.nothing_drawn")),
      wrong.length > 0 && [h("h2", {}, t("plan.problems.wrong", { n: wrong.length })), h("p", { class: "quiet" }, t("plan.problems.wrong_hint")), h("ul", { class: "problem-list wrong-ones" }, wrong.map((one) => this.#problem(one)))],
      unfinished.length > 0 && [h("h2", {}, t("plan.problems.unfinished", { n: unfinished.length })), h("p", { class: "quiet" }, t("plan.problems.unfinished_hint")), h("ul", { class: "problem-list" }, unfinished.map((one) => this.#problem(one)))]);
  }

  #problem(one) {
    return h("li", { dataset: { testid: "problem", flaw: one.flaw } },
      h("strong", {}, t(`flaw.${one.flaw}`)),
      h("span", { class: "problem-size" }, size_of(one)),
      h("p", {}, one.words),
      h("div", { class: "deed-buttons" },
        h("button", { type: "button", class: "deed small", dataset: { testid: "locate" }, onclick: () => this.locate(one) }, t("plan.problems.locate")),
        this.may() && one.repairs.map((repair) => h("button", { type: "button", class: "deed small", dataset: { testid: "repair" }, onclick: () => this.repair(one, repair) }, this.#repair(one, repair))),
        this.may() && one.flaw === "unheaded" && h("button", { type: "button", class: "deed small", dataset: { testid: "say-head" }, onclick: () => this.repair(one, { deed: "head", body: { code: one.codes[0] }, ask: true }) }, t("deed.head"))));
  }

  // What a repair does, and to whom.
  #repair(one, { deed, body }) {
    const code = { absorb: body.code, assign: body.to, merge: body.into, zone: body.target }[deed];
    if (code) return t(`repair.${deed}_to`, { name: name_of(this.draft.topology.grids.get(code)?.facts ?? { code }) });
    return t(`repair.${deed}`, { name: name_of(this.draft.zones.get(body.code)?.properties ?? body) });
  }
}

// Metres for what is long, square metres for what is small.
function size_of({ flaw, length_m, area_m2 }) {
  if (flaw === "unheaded") return "";
  return [length_m > 0 && distance(length_m), area_m2 > 0 && (area_m2 < 1000 ? t("unit.square_metres", { n: area_m2 < 10 ? area_m2.toFixed(2) : Math.round(area_m2) }) : area(area_m2))].filter(Boolean).join(" · ");
}
