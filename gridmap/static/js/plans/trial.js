// A deed is shown before it is done: its preview on the map, what it comes to in words, and then yes or no.
import { by_id, h, joined, replace, theirs } from "../dom.js";
import { target_of } from "../layers/zone_marks.js";
import { name_of, t } from "../words.js";
import { only_corners } from "./corners.js";
import { Topology } from "./topology.js";

const MOST_NAMED = 4;

export class Trial {
  // `draft`, `shadow`, `view`; `choice`, `zone_choice`: what is chosen goes on to be, with what is new.
  // `shown()`: there is something to look at on the map.
  constructor({ draft, shadow, view, choice, zone_choice, shown }) {
    Object.assign(this, { draft, shadow, view, choice, zone_choice, shown });
    this.strip = h("div", { class: "strip trial", role: "group", "aria-label": t("trial.title"), hidden: true, dataset: { testid: "trial" } });
    by_id("stage-top").append(this.strip);
  }

  // Shows it and waits for the answer; whether it was done. Raises `Refused` where it is not possible.
  async run(deed, body) {
    this.close();
    const told = await this.draft.preview(deed, body);
    const changed = this.#changed(told);
    const box = this.shadow.show(told, changed, this.#ending(told));
    if (box) this.view.show(box);
    this.shown();
    if (!(await this.#answer(deed, told, changed))) return false;
    const before = this.choice.codes;
    const fresh = this.#fresh(told);
    const done = await this.draft.do(deed, body);
    if (done && told.zones.length) this.zone_choice.only(told.zones[0].properties.code);
    else if (done) this.choice.these([...before.filter((code) => this.draft.topology.grids.has(code)), ...fresh]);
    return done;
  }

  get open() {
    return !this.strip.hidden;
  }

  close() {
    this.answer?.(false);
  }

  #answer(deed, told, changed) {
    return new Promise((given) => {
      this.answer = (yes) => {
        this.answer = null;
        this.#open(false);
        this.shadow.clear();
        given(yes);
      };
      const wrong = told.problems.filter((one) => !one.unfinished);
      replace(this.strip,
        h("strong", {}, t("trial.of", { deed: t(`deed.${deed}`) })),
        h("span", {}, this.#what(told, changed)),
        wrong.length > 0 && h("span", { class: "trial-wrong" }, t("trial.wrong", { n: wrong.length }), " ", wrong[0].words),
        h("span", { class: "deed-buttons" },
          h("button", { type: "button", class: "deed small primary", dataset: { testid: "trial-yes" }, onclick: () => this.answer(true) }, t("trial.yes")),
          h("button", { type: "button", class: "deed small", dataset: { testid: "trial-no" }, onclick: () => this.answer(false) }, t("trial.no"))));
      this.#open(true);
      this.strip.querySelector("button").focus({ preventScroll: true });
    });
  }

  // What stands is called by paler names meanwhile, so that those of the preview can be read.
  #open(yes) {
    this.strip.hidden = !yes;
    by_id("stage").classList.toggle("in-trial", yes);
  }

  #fresh({ codes, ended }) {
    return codes.filter((code) => !this.draft.topology.grids.has(code) && !ended.includes(code));
  }

  // Without the neighbours that only get a corner on their border.
  #changed(told) {
    const made = new Topology();
    made.take(told.topology);
    const stands = this.draft.topology;
    return told.codes.filter((code) => !made.grids.has(code) || !stands.grids.has(code) || stands.grids.get(code).facts.name !== made.grids.get(code).facts.name || !only_corners(stands.polygons(code), made.polygons(code)));
  }

  // The zones that would end.
  #ending({ ended }) {
    return ended.map((code) => this.draft.zones.get(code)).filter(Boolean);
  }

  #zones(told) {
    return [
      told.zones.map(({ properties: zone }) => [theirs(name_of(zone)), t("trial.zone", { n: zone.takes.length || t("trial.zone.every") }), theirs(target_of(zone))]),
      this.#ending(told).map(({ properties: zone }) => [theirs(name_of(zone)), t("trial.zone_ends")]),
    ];
  }

  #what(told, changed) {
    const { codes, ended } = told;
    if (told.zones.length || this.#ending(told).length) return this.#zones(told);
    const fresh = this.#fresh({ codes, ended });
    const some = (list) => joined([...list.slice(0, MOST_NAMED), list.length > MOST_NAMED && "…"], t("sign.comma"));
    return [
      t("trial.changes", { n: changed.length }),
      fresh.length > 0 && [" · ", t("trial.new", { n: fresh.length }), " ", some(fresh)],
      ended.length > 0 && [" · ", t("trial.ended", { n: ended.length }), " ", some(ended)],
    ];
  }
}
