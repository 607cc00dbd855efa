// Several cases at once: ticked in the list, one action for all of them, and what became of each.
import { attempt, get, send } from "./api.js";
import { by_id, h, replace } from "./dom.js";
import { Fields } from "./handling/fields.js";
import { refusal } from "./handling/refusal.js";
import { t } from "./words.js";

const ACTIONS = ["dispatch", "verify", "close", "void"];
const NOT_ASKED = new Set(["task"]);

export class Bulk {
  constructor({ urls, list, store }) {
    Object.assign(this, { urls, list, store });
    this.node = by_id("bulk");
    this.chosen = new Set();
    list.ticked.on((number, on) => { this.chosen[on ? "add" : "delete"](number); this.#draw(); });
    store.changed.on(() => this.chosen.size && !this.form && this.#draw());
  }

  clear() {
    this.chosen.clear();
    this.form = null;
    this.list.tick(this.chosen);
    this.#draw();
  }

  #draw() {
    this.list.tick(this.chosen);
    this.node.hidden = !this.chosen.size && !this.said;
    if (this.form) { this.title.textContent = this.#title(); return; }
    replace(this.node,
      this.said,
      this.chosen.size > 0 && h("div", { class: "bulk-bar" }, h("strong", { dataset: { testid: "bulk-count" } }, t("bulk.chosen", { n: this.chosen.size })),
        ACTIONS.map((action) => h("button", { type: "button", class: "deed", dataset: { testid: `bulk-${action}` }, onclick: () => this.#open(action) }, t(`act.${action}`))),
        h("button", { type: "button", class: "deed deed-more", dataset: { testid: "bulk-clear" }, onclick: () => this.clear() }, t("bulk.clear"))));
  }

  #title() {
    return t("bulk.title", { act: t(`act.${this.action}`), n: this.chosen.size });
  }

  async #open(action) {
    const answer = await get(this.urls.actions).catch((error) => { this.#say([error.message || t("card.unreachable")]); return null; });
    if (!answer) return;
    const { fields } = answer.actions.find((one) => one.action === action);
    const first = [...this.chosen][0];
    const help = { urls: this.urls, action, number: first, feature: () => this.store.get(first), near: async () => [], several: true };
    this.fields = new Fields(fields.filter((field) => !NOT_ASKED.has(field.name)), help);
    this.action = action;
    this.said = null;
    this.word = h("div", { class: "deed-word wrong", role: "alert", hidden: true });
    this.title = h("h3", {}, this.#title());
    this.form = h("form", { class: "deed-form", novalidate: true, "aria-label": t(`act.${action}`), dataset: { testid: "bulk-form" }, onsubmit: (event) => { event.preventDefault(); this.#send(); },
      onkeydown: (event) => { if (event.key === "Escape") { event.stopPropagation(); this.#close(); } } },
    this.title, this.fields.nodes, this.word,
    h("div", { class: "deed-buttons" }, h("button", { type: "submit", class: "deed primary", dataset: { testid: "bulk-send" } }, t(`act.${action}`)),
      h("button", { type: "button", class: "deed", onclick: () => this.#close() }, t("form.cancel"))));
    replace(this.node, this.form);
    if (!this.fields.focus()) this.form.querySelector("button").focus();
  }

  #close() {
    this.form = null;
    this.#draw();
  }

  async #send() {
    const told = this.fields.collect();
    if (!told) return;
    const cases = [...this.chosen].map((number) => ({ number, version: this.store.get(number)?.properties.version ?? 0 }));
    const said = JSON.stringify({ told, cases, action: this.action });
    if (this.last !== said) Object.assign(this, { last: said, key: attempt() });
    try {
      this.#told(await send(this.urls.bulk, { action: this.action, cases, told }, { headers: { "Idempotency-Key": this.key } }));
    } catch (error) {
      this.word.hidden = false;
      replace(this.word, [...refusal(error), ...(error.problem?.errors ?? []).map((one) => one.message)].map((line) => h("p", {}, line)));
    }
  }

  // Those that could not be changed stay ticked, each with its reason.
  #told({ done, outcomes }) {
    const left = outcomes.filter((one) => one.status !== 200);
    this.chosen = new Set(left.map((one) => one.number));
    this.form = null;
    this.#say([t("bulk.done", { act: t(`act.${this.action}`), done, n: outcomes.length }), ...left.map((one) => `${one.number}：${one.detail}`)], left.length ? "wrong" : "");
  }

  #say(lines, kind = "wrong") {
    this.said = h("div", { class: `deed-word ${kind}`, role: "status", dataset: { testid: "bulk-word" } }, lines.map((line) => h("p", {}, line)),
      h("button", { type: "button", class: "deed deed-more", onclick: () => { this.said = null; this.#draw(); } }, t("bulk.read")));
    this.#draw();
  }
}
