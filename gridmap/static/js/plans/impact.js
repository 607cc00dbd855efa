// While drawing: how much would change hands if it were published as it stands. Asked seldom; the last answer counts.
import { Refused, get } from "../api.js";
import { by_id, h, replace } from "../dom.js";
import { at_most_every } from "../signal.js";
import { t } from "../words.js";
import { OVER } from "./stages.js";

const EVERY_MS = 1500;
const FIGURES = ["cases", "cameras", "service_points"];

export class Impact {
  constructor(draft, { review }) {
    Object.assign(this, { draft, review });
    this.node = by_id("impact");
    this.soon = at_most_every(EVERY_MS, () => this.#ask());
    draft.changed.on(() => { if (this.asked !== draft.facts.version) this.soon(); });
    document.addEventListener("visibilitychange", () => { if (!document.hidden && this.asked !== draft.facts?.version) this.soon(); });
  }

  async #ask() {
    if (document.hidden || !this.draft.facts) return;
    const { version, step, stage } = this.draft.facts;
    this.asked = version;
    if (!step || OVER.includes(stage)) { this.node.hidden = true; return; }
    this.node.dataset.state = "asking";
    try {
      const found = await get(`${this.draft.url}/impact`);
      if (this.asked === version) this.#show(found);
    } catch (error) {
      if (this.asked !== version) return;
      this.asked = null;
      this.#say(this.#why_not(error));
    }
  }

  #show(found) {
    replace(this.node, h("strong", {}, t("impact.title")),
      FIGURES.map((name) => h("span", { class: found[name].length ? "some" : "", dataset: { testid: `impact-${name}` } }, t(`impact.${name}`, { n: found[name].length }))),
      h("span", { class: found.told ? "some" : "" }, t("impact.people", { n: found.told })),
      h("a", { href: this.review }, t("plan.review")));
    this.#there();
  }

  #why_not(error) {
    if (!(error instanceof Refused) || error.status >= 500) return t("plan.unreachable");
    return this.draft.problems.some((one) => !one.unfinished) ? t("impact.wrong") : error.message;
  }

  #say(words) {
    replace(this.node, h("strong", {}, t("impact.title")), h("span", {}, words));
    this.#there();
  }

  #there() {
    this.node.dataset.state = "told";
    this.node.hidden = false;
  }
}
