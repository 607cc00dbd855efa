// Every step: who, when, what. Any can be gone to; two can be laid over each other.
import { h, theirs } from "../dom.js";
import { ago, moment } from "../times.js";
import { t } from "../words.js";
import { redrawn } from "./redrawn.js";

export class Steps {
  // `draft`; `compare(from, to)`: shows what differs; `may`: whether one may draw.
  constructor(draft, { compare, may }) {
    Object.assign(this, { draft, compare, may });
    this.node = h("div", { dataset: { testid: "steps" } });
    draft.changed.on(() => this.draw());
  }

  // The steps that lead to where the plan stands; others belong to branches that were left.
  get #path() {
    const parents = new Map(this.draft.steps.steps.map(({ step, parent }) => [step, parent]));
    const path = new Set([0]);
    for (let step = this.draft.steps.current; step; step = parents.get(step)) path.add(step);
    return path;
  }

  draw() {
    const { steps, current } = this.draft.steps;
    const path = this.#path;
    redrawn(this.node,
      !steps.length && h("p", { class: "lead" }, t("plan.steps.none")),
      steps.length > 1 && this.#two(steps.length, current),
      h("ol", { class: "steps-list", reversed: true }, steps.toReversed().map((one) => this.#step(one, current, path)), this.#base(current)));
  }

  // Any two, of whatever branch.
  #two(last, current) {
    const choose = (name, chosen) => h("select", { "aria-label": t(`plan.steps.${name}`), dataset: { testid: `compare-${name}` } },
      Array.from({ length: last + 1 }, (_, step) => h("option", { value: step, selected: step === chosen }, step)));
    const [from, to] = [choose("from", 0), choose("to", current)];
    return h("form", { class: "two-steps", "aria-label": t("plan.steps.two"), onsubmit: (event) => { event.preventDefault(); this.compare(Number(from.value), Number(to.value)); } },
      h("span", {}, t("plan.steps.two")), from, "–", to, h("button", { type: "submit", class: "deed small", dataset: { testid: "compare-two" } }, t("plan.steps.look")));
  }

  #step(one, current, path) {
    return h("li", { class: path.has(one.step) ? "" : "left", "aria-current": one.step === current ? "step" : null, value: one.step, dataset: { testid: "step", step: one.step } },
      h("div", { class: "step-head" }, h("strong", {}, t(`deed.${one.deed}`)), h("time", { datetime: one.at, title: moment(one.at) }, ago(one.at))),
      h("p", { class: "quiet" }, theirs(one.by), " · ", one.zones.length > 0 ? one.zones.join(t("sign.comma")) : t("plan.steps.codes", { n: one.codes.length }), !path.has(one.step) && ` · ${t("plan.steps.left")}`),
      this.#buttons(one.step, current));
  }

  #base(current) {
    return h("li", { value: 0, "aria-current": current === 0 ? "step" : null, dataset: { testid: "step", step: 0 } },
      h("div", { class: "step-head" }, h("strong", {}, t("plan.steps.base"))), this.#buttons(0, current));
  }

  #buttons(step, current) {
    if (step === current) return h("p", { class: "step-here" }, t("plan.steps.here"));
    return h("div", { class: "deed-buttons" },
      this.may() && h("button", { type: "button", class: "deed small", dataset: { testid: "go" }, onclick: () => this.draft.go(step) }, t("plan.steps.go")),
      h("button", { type: "button", class: "deed small", dataset: { testid: "compare" }, onclick: () => this.compare(step, current) }, t("plan.steps.compare")));
  }
}
