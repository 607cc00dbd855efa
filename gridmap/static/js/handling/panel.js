// The deeds at the foot of a case's card: a button for each action that is allowed now, and the small form one of them opens.
// It stays while the card above is drawn anew, so that nothing typed is lost; forms are kept until they are sent.
import { get } from "../api.js";
import { h, replace } from "../dom.js";
import { t } from "../words.js";
import { half_done } from "./drafts.js";
import { Form } from "./form.js";
import { has_object, in_order } from "./order.js";

const AT_ONCE = 4;

export class Handling {
  // `help`: {urls, changed(number), say(text), pick_place(), near(feature)}
  constructor(help) {
    this.help = help;
    this.forms = new Map(); // "number action" -> Form
    this.open = null;
    this.buttons = h("div", { class: "deed-buttons", role: "group", "aria-label": t("deeds.title"), dataset: { testid: "deeds" } });
    this.room = h("div", { class: "deed-room" });
    this.word = h("p", { class: "deed-word", role: "status", dataset: { testid: "deed-word" } });
    this.node = h("div", { class: "deeds" }, this.word, this.room, this.buttons);
  }

  // The case as it stands now, with the ETag it was read with.
  show(feature, etag) {
    const { number } = feature.properties;
    const another = number !== this.number;
    if (another) { this.close(); this.#say(""); this.all = false; }
    Object.assign(this, { number, feature, etag });
    this.#draw();
    const left = another && half_done(number);
    if (left) this.start(left);
    this.open?.stands(this.#allowed(this.open.action));
    return this.node;
  }

  // Opens an action's form, or does it at once where there is nothing to tell; by button or by key.
  async start(action) {
    if (!this.#allowed(action)) return false;
    const known = await this.#known(action);
    if (!known) return false;
    const form = this.#form(action, known);
    this.#say("");
    if (form.bare) { await form.submit(); return true; }
    this.open = form;
    replace(this.room, form.node);
    this.#draw();
    form.focus();
    return true;
  }

  close() {
    this.open = null;
    replace(this.room);
    if (this.feature) this.#draw();
  }

  async #known(action) {
    try {
      this.table ??= await get(this.help.urls.actions).then(({ actions }) => new Map(actions.map((one) => [one.action, one])));
      return this.table.get(action);
    } catch (error) {
      this.#say(error.message || t("card.unreachable"), "wrong");
      return null;
    }
  }

  #form(action, known) {
    const key = `${this.number} ${action}`;
    if (!this.forms.has(key)) {
      this.forms.set(key, new Form(this.number, known, {
        ...this.help,
        feature: () => this.feature,
        etag: () => this.etag,
        cancel: () => { this.forms.delete(key); this.close(); (this.buttons.querySelector(`[data-deed="${action}"]`) ?? this.buttons.querySelector("button"))?.focus(); },
        done: (told) => this.#done(key, action, told),
        refused: (words) => { if (!this.open) this.#say(words, "wrong"); },
      }));
    }
    return this.forms.get(key);
  }

  #done(key, action, told) {
    this.forms.delete(key);
    if (!key.startsWith(`${this.number} `)) return;
    const inside = this.node.contains(document.activeElement);
    this.close();
    this.#say(t("deeds.done", { act: t(`act.${action}`), state: t(`state.${told.state}`) }), "well");
    if (inside) this.node.closest(".card")?.focus();
  }

  #allowed(action) {
    const facts = this.feature?.properties ?? {};
    return (facts.allowed ?? []).includes(action) && has_object(action, facts);
  }

  #draw() {
    const known = in_order(this.feature.properties.allowed ?? [], this.feature.properties);
    const few = known.length <= AT_ONCE + 1;
    const shown = this.all || few ? known : known.slice(0, AT_ONCE);
    const focused = this.buttons.contains(document.activeElement) ? document.activeElement.dataset.deed : null;
    replace(this.buttons,
      shown.map((action, index) => h("button", { type: "button", class: index === 0 ? "deed primary" : "deed", dataset: { deed: action, testid: `deed-${action}` }, onclick: () => this.start(action) }, t(`act.${action}`))),
      !few && h("button", { type: "button", class: "deed deed-more", "aria-expanded": Boolean(this.all), dataset: { deed: "more", testid: "deed-more" }, onclick: () => { this.all = !this.all; this.#draw(); } }, this.all ? t("deeds.less") : t("deeds.more", { n: known.length - AT_ONCE })));
    if (focused) this.buttons.querySelector(`[data-deed="${focused}"]`)?.focus();
    this.buttons.hidden = Boolean(this.open);
    this.node.hidden = !known.length && !this.open && !this.word.textContent;
  }

  #say(words, kind = "") {
    this.word.textContent = words;
    this.word.className = `deed-word ${kind}`;
    this.word.hidden = !words;
    this.node.hidden = false;
  }
}
