// What is known of the chosen grids, or of the plan as a whole where none is chosen.
import { facts, code as figures } from "../cards/parts.js";
import { h, replace, theirs } from "../dom.js";
import { area, name_of, t } from "../words.js";
import { Finder } from "./finder.js";
import { area_m2 } from "./places.js";
import { redrawn } from "./redrawn.js";

export class Chosen {
  // `choice`: the chosen codes; `tools(codes)`: what can be done with them.
  constructor(draft, choice, tools) {
    Object.assign(this, { draft, choice, tools });
    this.node = h("div", { dataset: { testid: "chosen" } });
    this.about = h("div", { tabindex: "-1" });
    this.finder = new Finder(draft, choice);
    this.several = h("button", { type: "button", class: "deed small", "aria-pressed": "false", dataset: { testid: "several" }, onclick: () => this.#several() }, t("plan.several"));
    replace(this.node, this.about, tools.node, h("p", { class: "choosing" }, this.several));
    draft.changed.on(() => this.draw());
    choice.changed.on(() => this.draw());
  }

  draw() {
    const codes = this.choice.codes;
    if (!codes.length && this.finder.node.isConnected) this.finder.draw();
    else redrawn(this.about, codes.length ? codes.map((code) => this.#grid(code)) : this.#plan());
    this.several.hidden = !this.tools.may();
    this.tools.offer(codes);
  }

  // For fingers, which have no Shift.
  #several() {
    this.choice.several = !this.choice.several;
    this.several.setAttribute("aria-pressed", this.choice.several);
  }

  #plan() {
    this.finder.draw();
    return [h("p", { class: "lead" }, t("plan.hint")), this.finder.node];
  }

  #grid(code) {
    const { topology } = this.draft;
    const known = topology.grids.get(code)?.facts;
    if (!known) return null;
    const size = topology.polygons(code).reduce((sum, part) => sum + area_m2(part), 0);
    return h("section", { class: "chosen-grid", dataset: { testid: "chosen-grid", code } },
      h("h2", {}, theirs(name_of(known)), known.changed && h("span", { class: "pill changed-pill" }, t("plan.changed_one"))),
      facts([
        [t("plan.code"), figures(code)], [t("plan.area"), area(size)],
        [t("plan.head"), known.head.name ? theirs(known.head.name) : null],
        [t("plan.neighbours"), topology.neighbours(code).length],
      ]),
      !known.drawn && h("p", { class: "quiet" }, t("plan.beyond")));
  }
}
