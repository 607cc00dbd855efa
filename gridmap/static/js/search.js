// Search: a grid's code, a place's name, a case's number, coordinates in any datum. The server knows; this asks and shows.
import { get } from "./api.js";
import { by_id, h, replace } from "./dom.js";
import { icon } from "./glyphs.js";
import { signal } from "./signal.js";
import { moment } from "./times.js";
import { coordinates, name_of, t } from "./words.js";

const PAUSE_MS = 180;

// An old code says what became of it.
function ended({ id: code, retired_at, successors }) {
  const codes = successors.map((one) => one.code).join(t("sign.comma"));
  return t(codes ? "search.became" : "search.ended", { code, codes, time: moment(retired_at) });
}

export class Search {
  constructor(url) {
    this.url = url;
    this.found = signal();
    this.at = -1;
    this.results = [];
    this.input = h("input", {
      type: "search", id: "search-input", dataset: { testid: "search-input" }, placeholder: t("search.placeholder"), "aria-label": t("search.label"), autocomplete: "off", spellcheck: "false",
      role: "combobox", "aria-expanded": "false", "aria-controls": "search-results", "aria-autocomplete": "list",
      oninput: () => this.#typed(), onkeydown: (event) => this.#key(event), onfocus: () => this.results.length && this.#open(true),
    });
    this.list = h("ul", { class: "results", id: "search-results", dataset: { testid: "search-results" }, role: "listbox", "aria-label": t("search.results"), hidden: true });
    replace(by_id("search"), h("div", { class: "search-box" }, icon("search"), this.input, h("kbd", { "aria-hidden": "true" }, "/")), this.list);
    document.addEventListener("pointerdown", (event) => { if (!by_id("search").contains(event.target)) this.#open(false); });
  }

  focus() {
    this.input.focus();
    this.input.select();
  }

  #typed() {
    clearTimeout(this.timer);
    this.control?.abort();
    this.asked = false;
    const q = this.input.value.trim();
    if (!q) { this.results = []; this.#open(false); return; }
    this.timer = setTimeout(() => this.#ask(q), PAUSE_MS);
  }

  async #ask(q) {
    this.control = new AbortController();
    try {
      this.results = (await get(this.url, { q, limit: 12 }, { signal: this.control.signal })).results;
      this.failed = false;
    } catch (error) {
      if (error.name === "AbortError") return;
      this.results = [];
      this.failed = true;
    }
    this.asked = true;
    this.at = this.results.length ? 0 : -1;
    this.#draw();
    this.#open(true);
  }

  // Enter may come before the answer to what was typed; then it waits for it, and never takes what an older question found.
  async #enter() {
    if (!this.asked) {
      clearTimeout(this.timer);
      this.control?.abort();
      const q = this.input.value.trim();
      if (!q) return;
      await this.#ask(q);
    }
    if (this.asked && this.at >= 0) this.#take(this.at);
  }

  #draw() {
    const rows = this.results.map((result, index) =>
      h("li", { role: "option", id: `result-${index}`, "aria-selected": index === this.at, dataset: { testid: "search-result" }, onpointerdown: (event) => { event.preventDefault(); this.#take(index); } },
        h("span", { class: "kind" }, t(`kind.${result.kind}`)),
        h("span", {}, result.kind === "coordinates" ? coordinates(result.lon, result.lat) : name_of(result) || result.id),
        h("small", {}, result.kind === "coordinates" ? t("search.datum", { datum: t(`datum.${result.datum ?? "wgs84"}`) }) : result.retired_at ? ended(result) : result.id)));
    replace(this.list, rows.length ? rows : h("li", { class: "none" }, t(this.failed ? "search.failed" : "search.none")));
    if (this.at >= 0) this.input.setAttribute("aria-activedescendant", `result-${this.at}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  #open(open) {
    this.list.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open));
  }

  #key(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by && this.results.length) {
      event.preventDefault();
      this.at = (this.at + by + this.results.length) % this.results.length;
      this.#draw();
      this.list.children[this.at]?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") this.#enter();
    else if (event.key === "Escape") { event.stopPropagation(); this.#open(false); this.input.blur(); }
  }

  #take(index) {
    this.#open(false);
    this.input.blur();
    this.found.emit(this.results[index]);
  }
}
