// Finding a grid of the plan by its name or code; with nothing typed, those that were changed.
import { code as figures } from "../cards/parts.js";
import { h, replace, theirs } from "../dom.js";
import { name_of, t } from "../words.js";

const MOST = 40;

export class Finder {
  constructor(draft, choice) {
    Object.assign(this, { draft, choice });
    this.box = h("input", { type: "search", class: "finder-box", placeholder: t("finder.find"), "aria-label": t("finder.find"), autocomplete: "off", dataset: { testid: "finder" }, oninput: () => this.draw() });
    this.found = h("div", { role: "status" });
    this.node = h("div", { class: "finder" }, this.box, this.found);
  }

  draw() {
    const wanted = this.box.value.trim().toLowerCase();
    const own = [...this.draft.topology.grids.values()].map(({ facts }) => facts).filter((facts) => facts.drawn);
    const fits = ({ code, name, name_en }) => [code, name, name_en].some((words) => words.toLowerCase().includes(wanted));
    const shown = wanted ? own.filter(fits) : own.filter((facts) => facts.changed);
    replace(this.found,
      h("h3", {}, wanted ? t("finder.found", { n: shown.length }) : t("finder.changed", { n: shown.length })),
      h("ul", { class: "plain-list" }, shown.slice(0, MOST).map((facts) => this.#one(facts))));
  }

  #one(facts) {
    return h("li", {}, h("button", { type: "button", class: "link", dataset: { testid: "found-grid", code: facts.code }, onclick: () => this.choice.only(facts.code, { show: true }) },
      h("span", { class: "name" }, theirs(name_of(facts))), h("span", { class: "aside" }, figures(facts.code))));
  }
}
