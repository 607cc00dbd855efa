// Filters kept under names of one's own: chosen from a list, saved from what is shown, removed again.
import { get, send } from "./api.js";
import { h, replace } from "./dom.js";
import { icon } from "./glyphs.js";
import { t } from "./words.js";

export class SavedFilters {
  constructor(url, filter, say) {
    Object.assign(this, { url, filter, say });
    this.known = [];
    this.node = h("div", { class: "filter-row saved", role: "group", "aria-label": t("saved.title") });
    filter.changed.on(() => this.#draw());
    this.#draw();
  }

  async load() {
    this.#take(await get(this.url, {}, { cache: "no-store" }));
  }

  #take({ filters }) {
    this.known = filters;
    this.#draw();
  }

  async #change(name, method, body) {
    try {
      this.naming = false;
      this.#take(await send(`${this.url}/${encodeURIComponent(name)}`, body, { method }));
    } catch (error) {
      this.say(error.message || t("card.unreachable"));
      this.#draw();
    }
  }

  #draw() {
    const { words } = this.filter;
    const shown = this.known.find((one) => one.filter === words);
    // A name half typed stays when the list of cases moves on.
    if (this.naming && this.node.contains(this.naming)) return;
    const choices = h("select", { "aria-label": t("saved.title"), dataset: { testid: "saved-filters" }, onchange: (event) => this.filter.take(event.target.value) },
      h("option", { value: words, selected: !shown, disabled: true, hidden: true }, t("saved.title")),
      this.known.map((one) => h("option", { value: one.filter, selected: one === shown }, one.name)));
    replace(this.node,
      this.known.length > 0 && choices,
      shown
        ? h("button", { type: "button", class: "chip clear", dataset: { testid: "saved-remove" }, onclick: () => this.#change(shown.name, "DELETE", {}) }, t("saved.remove", { name: shown.name }))
        : words && h("button", { type: "button", class: "chip clear", dataset: { testid: "saved-add" }, onclick: () => this.#ask() }, icon("plus"), t("saved.add")));
    this.node.hidden = !this.node.childNodes.length;
  }

  #ask() {
    const input = h("input", { type: "text", maxlength: 60, required: true, "aria-label": t("saved.name"), placeholder: t("saved.name"), dataset: { testid: "saved-name" } });
    const done = () => { this.naming = false; this.#draw(); };
    this.naming = h("form", { class: "saved-form", onsubmit: (event) => { event.preventDefault(); if (input.value.trim()) this.#change(input.value.trim(), "PUT", { filter: this.filter.words }); },
      onkeydown: (event) => { if (event.key === "Escape") { event.stopPropagation(); done(); } } },
    input, h("button", { type: "submit", class: "chip" }, t("saved.keep")), h("button", { type: "button", class: "chip", onclick: done }, t("form.cancel")));
    replace(this.node, this.naming);
    input.focus();
  }
}
