// The boundaries of a past moment on the map: a slider from publish to publish, a field for any moment, and always in plain
// sight that this is the past. Cases and alerts stay today's, in the list.
import { get } from "../api.js";
import { by_id, h, replace } from "../dom.js";
import { icon } from "../glyphs.js";
import { signal } from "../signal.js";
import { moment, now, of_town, town_moment, typed } from "../times.js";
import { t } from "../words.js";
import { stop_at } from "./stops.js";

const MOST_STOPS = 200; // The newest; the field reaches every moment.

export class AsOf {
  constructor(url) {
    this.url = url;
    this.at = null; // The moment looked at (ISO), or null: now.
    this.changed = signal(); // (at, before)
    this.stops = [];
    this.words = h("p", { class: "as-of-words", role: "status", dataset: { testid: "as-of-words" } });
    this.slider = h("input", { type: "range", min: 0, step: 1, "aria-label": t("as_of.slider"), dataset: { testid: "as-of-slider" }, oninput: () => this.#slid() });
    this.field = h("input", { type: "datetime-local", "aria-label": t("as_of.field"), dataset: { testid: "as-of-field" }, onchange: () => this.#entered() });
    this.back = h("button", { type: "button", class: "deed primary", dataset: { testid: "as-of-back" }, onclick: () => this.#become(null) }, t("as_of.back"));
    this.panel = h("div", { class: "as-of", role: "group", "aria-label": t("as_of.title"), hidden: true, dataset: { testid: "as-of" } },
      this.words, this.slider, this.field, this.back, h("button", { type: "button", class: "card-close", "aria-label": t("card.close"), dataset: { testid: "as-of-close" }, onclick: () => this.close() }, icon("close")));
    this.button = h("button", { type: "button", "aria-label": t("as_of.title"), title: t("as_of.title"), "aria-expanded": "false", dataset: { testid: "button-as-of" }, onclick: () => (this.panel.hidden ? this.open() : this.close()) }, icon("clock"));
  }

  // Beside the map's other buttons, once these are there.
  mount() {
    by_id("map-buttons").append(h("div", { class: "button-stack" }, this.button));
    by_id("stage-top").append(this.panel);
  }

  async open({ focus = true } = {}) {
    this.panel.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    await this.load();
    if (focus) this.slider.focus();
  }

  // What an address says: a moment (ISO) that is past, or anything else for now.
  go(at) {
    const past = Date.parse(at ?? "") < now();
    if (past && this.panel.hidden) this.open({ focus: false });
    this.#become(past ? at : null);
  }

  close() {
    this.panel.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
    this.#become(null);
  }

  // The publishes there are; another one may have come.
  async load() {
    if (this.panel.hidden) return;
    const { publications } = await get(this.url, { limit: MOST_STOPS }, { cache: "no-store" }).catch(() => ({ publications: [] }));
    this.stops = publications.toReversed();
    this.slider.max = this.stops.length;
    this.field.max = typed(now());
    this.#draw();
  }

  #slid() {
    const stop = this.stops[Number(this.slider.value)];
    this.#become(stop?.at ?? null);
  }

  #entered() {
    const ms = town_moment(this.field.value);
    this.#become(Number.isFinite(ms) && ms < now() ? new Date(ms).toISOString() : null);
  }

  #become(at) {
    const before = this.at;
    this.at = at;
    this.#draw();
    by_id("stage").classList.toggle("is-past", at !== null);
    if (at !== before) this.changed.emit(at, before);
  }

  #draw() {
    const index = stop_at(this.stops, this.at);
    const stop = this.stops[index];
    this.slider.value = this.at === null ? this.stops.length : Math.max(index, 0);
    this.slider.setAttribute("aria-valuetext", this.at === null ? t("as_of.now") : `${moment(this.at)} ${stop?.note ?? ""}`);
    this.field.value = typed(this.at === null ? now() : Date.parse(this.at));
    this.back.disabled = this.at === null;
    const told = this.at === null ? t("as_of.now") : t("as_of.past", { time: of_town(this.at) });
    replace(this.words, h("strong", {}, told), this.at !== null && h("span", {}, index < 0 ? t("as_of.before_all") : t("as_of.still_live")));
  }
}
