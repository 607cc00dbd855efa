// Whether what was drawn is with the server: said in the bar; where it is not, what can be done about it.
import { by_id, h, replace } from "../dom.js";
import { t } from "../words.js";

const SHORT_MS = 250; // What is done sooner needs no word.
const LONG_MS = 5000;

export class Saved {
  constructor() {
    this.node = by_id("plan-saved");
    this.strip = h("div", { class: "strip wrong-strip", role: "alert", hidden: true, dataset: { testid: "unsaved" } });
    by_id("stage-top").append(this.strip);
  }

  follow(draft) {
    draft.under_way.on((busy) => this.#busy(busy, draft));
    draft.changed.on(() => { if (!draft.busy) this.#well(draft); });
  }

  // Nothing is lost where the server does not answer: it waits here for another try.
  again() {
    return new Promise((chosen) => {
      const choose = (once_more) => {
        removeEventListener("online", retry);
        this.strip.hidden = true;
        chosen(once_more);
      };
      const retry = () => choose(true);
      addEventListener("online", retry);
      replace(this.strip, h("span", {}, t("plan.unsaved")),
        h("button", { type: "button", class: "deed small primary", dataset: { testid: "again" }, onclick: retry }, t("plan.again")),
        h("button", { type: "button", class: "deed small", dataset: { testid: "give-up" }, onclick: () => choose(false) }, t("plan.give_up")));
      this.strip.hidden = false;
    });
  }

  #busy(busy, draft) {
    clearTimeout(this.soon);
    clearTimeout(this.late);
    this.node.dataset.state = busy ? "saving" : "saved";
    if (!busy) { this.#well(draft); return; }
    this.soon = setTimeout(() => this.#say(t("plan.saving")), SHORT_MS);
    this.late = setTimeout(() => this.#say(t("plan.slow")), LONG_MS);
  }

  #well(draft) {
    if (!draft.facts) return;
    this.node.dataset.state = "saved";
    this.#say(draft.drawable ? t("plan.saved", { n: draft.facts.step }) : t("plan.closed"));
  }

  #say(words) {
    if (this.node.textContent !== words) this.node.textContent = words;
  }
}
