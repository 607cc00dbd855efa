// One action's form, made from the fields the table names. It keeps what was typed until the server has taken it.
import { Refused, attempt, send } from "../api.js";
import { h, replace } from "../dom.js";
import { t } from "../words.js";
import { draft_of, drop_draft, keep_draft } from "./drafts.js";
import { Fields } from "./fields.js";
import { refusal } from "./refusal.js";

export class Form {
  constructor(number, { action, fields }, help) {
    Object.assign(this, { number, action, help });
    this.fields = new Fields(fields, { ...help, action, number });
    this.bare = this.fields.bare;
    this.fields.restore(draft_of(number, action) ?? {});
    this.word = h("div", { class: "deed-word wrong", role: "alert", hidden: true, dataset: { testid: "form-word" } });
    this.send = h("button", { type: "submit", class: "deed primary", dataset: { testid: "form-send" } }, t(`act.${action}`));
    this.node = h("form", { class: "deed-form", novalidate: true, "aria-label": t(`act.${action}`), dataset: { testid: `form-${action}` },
      onsubmit: (event) => { event.preventDefault(); this.submit(); },
      oninput: () => keep_draft(number, action, this.fields.draft()),
      onchange: () => keep_draft(number, action, this.fields.draft()),
      onkeydown: (event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); this.submit(); }
        if (event.key === "Escape") { event.stopPropagation(); this.cancel(); }
      } },
    h("h3", {}, t(`act.${action}`)),
    this.fields.nodes,
    this.word,
    h("div", { class: "deed-buttons" }, this.send, h("button", { type: "button", class: "deed", dataset: { testid: "form-cancel" }, onclick: () => this.cancel() }, t("form.cancel"))));
  }

  cancel() {
    drop_draft(this.number, this.action);
    this.help.cancel();
  }

  // The case moved on while somebody was typing: say so, and leave what they typed.
  stands(allowed) {
    this.send.disabled = !allowed;
    if (!allowed) this.#say([t("form.gone")]);
  }

  focus() {
    if (!this.fields.focus()) this.send.focus();
  }

  async submit() {
    if (this.busy) return;
    const body = this.fields.collect();
    if (body) await this.#send(body);
  }

  async #send(body) {
    this.#busy(true);
    this.#say([]);
    // The same words again are the same attempt: after a lost line nothing is done twice.
    const said = JSON.stringify(body);
    if (this.said !== said) Object.assign(this, { said, key: attempt() });
    try {
      const url = `${this.help.urls.case}${encodeURIComponent(this.number)}/actions/${this.action}`;
      const told = await send(url, body, { headers: { "If-Match": this.help.etag() ?? "*", "Idempotency-Key": this.key } });
      drop_draft(this.number, this.action);
      this.help.done(told);
      this.help.changed(this.number);
    } catch (error) {
      this.#refused(error);
    } finally {
      this.#busy(false);
    }
  }

  #refused(error) {
    const lines = refusal(error);
    const left = this.fields.fail(error instanceof Refused ? error.problem?.errors ?? [] : []);
    this.#say(error.status === 422 && error.problem?.errors?.length ? (left.length ? left : [t("form.mend")]) : lines);
    this.help.refused(lines.join(" "));
    // Another attempt is decided on what stands now.
    if (error.status === 409) { this.said = null; this.help.changed(this.number); }
  }

  #busy(busy) {
    this.busy = busy;
    this.send.disabled = busy;
    this.node.setAttribute("aria-busy", String(busy));
  }

  #say(lines) {
    this.word.hidden = !lines.length;
    replace(this.word, lines.map((line) => h("p", {}, line)));
  }
}
