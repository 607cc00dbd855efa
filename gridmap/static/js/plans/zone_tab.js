// The tab of special zones: all of them, or the chosen one; and what can be done.
import { takes } from "../cards/zone.js";
import { facts, code as figures } from "../cards/parts.js";
import { h, replace, theirs } from "../dom.js";
import { target_of } from "../layers/zone_marks.js";
import { area, name_of, t } from "../words.js";
import { redrawn } from "./redrawn.js";

export class ZoneTab {
  // `choice`: the chosen zone; `tools`; `categories`: where to ask for them.
  constructor(draft, choice, tools, categories) {
    Object.assign(this, { draft, choice, tools, categories });
    this.about = h("div", { tabindex: "-1" });
    this.node = h("div", { dataset: { testid: "zones" } }, this.about, tools.node);
    draft.changed.on(() => this.draw());
    choice.changed.on(() => this.draw());
  }

  draw() {
    const [code] = this.choice.codes;
    const zone = this.draft.zones.get(code)?.properties;
    redrawn(this.about, zone ? this.#one(zone) : this.#all());
    this.tools.offer(zone ? [code] : []);
  }

  #all() {
    const zones = [...this.draft.zones.values()].map(({ properties }) => properties);
    return [
      h("p", { class: "lead" }, t("zones.lead")),
      zones.length ? h("ul", { class: "plain-list zone-list" }, zones.map((zone) => this.#row(zone))) : h("p", { class: "quiet" }, t("zones.none")),
    ];
  }

  #row(zone) {
    return h("li", {}, h("button", { type: "button", class: "link", dataset: { testid: "zone", code: zone.code }, onclick: () => this.choice.only(zone.code, { show: true }) },
      h("span", { class: "name" }, theirs(name_of(zone))), zone.changed && h("span", { class: "pill changed-pill" }, t("plan.changed_one")), h("span", { class: "aside" }, t(`zone.kind.${zone.kind}`), " · ", t("zone.to", { grid: target_of(zone) }))));
  }

  #one(zone) {
    const which = h("div", {}, zone.takes.length ? t("zones.categories", { n: zone.takes.length }) : t("zone.takes.all"));
    if (zone.takes.length) takes(zone.takes, this.categories).then((list) => replace(which, list));
    return h("section", { class: "chosen-zone", dataset: { testid: "chosen-zone", code: zone.code } },
      h("button", { type: "button", class: "deed small", dataset: { testid: "zones-all" }, onclick: () => this.choice.clear() }, "‹ ", t("zones.all")),
      h("h2", {}, theirs(name_of(zone)), zone.changed && h("span", { class: "pill changed-pill" }, t("plan.changed_one"))),
      facts([
        [t("zones.kind"), t(`zone.kind.${zone.kind}`)], [t("plan.code"), figures(zone.code)], [t("zone.takes"), which],
        [t("zone.target"), theirs(target_of(zone))], [t("plan.area"), area(zone.area_m2)],
      ]),
      !zone.drawn && h("p", { class: "quiet" }, t("zones.beyond")));
  }
}
