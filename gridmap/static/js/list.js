// The list beside the map: the same cases, for everybody who reads rather than looks.
import { by_id, h, joined, replace } from "./dom.js";
import { in_order } from "./store.js";
import { once_a_frame, signal } from "./signal.js";
import { ago, now, remaining_short } from "./times.js";
import { case_glyph } from "./glyphs.js";
import { is_open, tone } from "./urgency.js";
import { category_name, figure, name_of, source_name, t } from "./words.js";

const PAGE = 60;

export class List {
  constructor() {
    this.node = by_id("list");
    this.more = by_id("list-more");
    this.summary = by_id("list-summary");
    this.clicked = signal();
    this.ticked = signal(); // (number, on): for several at once
    this.wanted = signal(); // More than there are here.
    this.selectable = by_id("bulk")?.dataset.may === "yes";
    this.ticks = new Set();
    this.features = [];
    this.rows = new Map(); // number -> {feature, tone, node}
    this.fresh = new Set();
    this.room = PAGE;
    this.draw_soon = once_a_frame(() => this.#draw());
    this.more.addEventListener("click", () => { this.room += PAGE; this.#draw(); if (this.first_of && this.room > this.features.length) this.wanted.emit(); });
    this.node.addEventListener("click", (event) => {
      const row = event.target.closest("[data-case]");
      if (row) this.clicked.emit(row.dataset.case);
    });
    this.node.addEventListener("keydown", (event) => this.#keys(event));
  }

  // `first_of`: of how many these are the first, {matched, more}; null where they are all.
  show({ features, order, loading, first_of = null }) {
    this.order = order;
    this.first_of = first_of;
    this.features = features.sort(in_order(order));
    this.loading = loading;
    this.draw_soon();
  }

  flash(number) {
    this.fresh.add(number);
    setTimeout(() => this.fresh.delete(number), 6000);
  }

  choose(number) {
    this.chosen = number;
    for (const [one, { node }] of this.rows) this.#mark(node.firstChild, one === number);
    this.rows.get(number)?.node.scrollIntoView({ block: "nearest" });
  }

  // To the next or previous row from the focused one; from outside, to the first.
  step(by) {
    const buttons = [...this.node.querySelectorAll("[data-case]")];
    const at = buttons.indexOf(document.activeElement);
    const from = at >= 0 ? at : buttons.findIndex((button) => button.dataset.case === this.chosen);
    buttons[Math.max(0, Math.min(buttons.length - 1, from + by))]?.focus();
  }

  // The case after the chosen one, as the list is ordered now; the first where none is chosen.
  next() {
    const at = this.features.findIndex((feature) => feature.properties.number === this.chosen);
    const after = this.features[at + 1];
    if (after) this.clicked.emit(after.properties.number);
  }

  tick(numbers) {
    this.ticks = new Set(numbers);
    this.node.classList.toggle("selecting", this.ticks.size > 0);
    for (const [number, { node }] of this.rows) {
      const box = node.querySelector(".tick");
      if (box) box.checked = this.ticks.has(number);
    }
  }

  // The focused row, or the chosen one, is ticked or not any more.
  toggle_tick() {
    const focused = document.activeElement?.closest?.("#list li")?.querySelector("[data-case]")?.dataset.case;
    const number = focused ?? this.chosen;
    if (this.selectable && this.rows.get(number)?.node.querySelector(".tick")) this.ticked.emit(number, !this.ticks.has(number));
  }

  top() {
    this.room = PAGE;
    this.node.scrollTop = 0;
  }

  #keys(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    this.step(by);
  }

  #draw() {
    const at = now();
    const shown = this.features.slice(0, this.room);
    const keep = new Set(shown.map((feature) => feature.properties.number));
    for (const [number, { node }] of this.rows) if (!keep.has(number)) { node.remove(); this.rows.delete(number); }
    let before = null;
    for (const feature of shown) {
      const { node } = this.#row(feature, at);
      const next = before ? before.nextSibling : this.node.firstChild;
      if (next !== node) this.node.insertBefore(node, next);
      before = node;
    }
    this.node.querySelector(".empty")?.remove();
    if (!shown.length) this.node.append(h("li", { class: "empty" }, this.loading ? t("list.loading") : t("list.empty")));
    const rest = (this.first_of?.matched ?? this.features.length) - shown.length;
    this.more.hidden = rest <= 0 || (this.first_of?.more === false && shown.length === this.features.length);
    this.more.textContent = t("list.more", { n: Math.min(PAGE, rest), rest: figure(rest) });
    const open = shown.filter((feature) => is_open(feature.properties)); // Nothing is done to several ended ones at once.
    const known = shown.length || !this.loading; // No cases so far is not no cases; the line keeps its height.
    replace(this.summary, h("span", {}, known ? this.#words(shown.length) : "\u00a0"),
      this.selectable && open.length > 0 && h("button", { type: "button", class: "tick-all", dataset: { testid: "tick-all" }, onclick: () => { for (const { properties } of open) this.ticked.emit(properties.number, true); } }, t("list.tick_all", { n: open.length })));
  }

  #words(shown) {
    if (!this.first_of) return t("list.summary", { n: figure(this.features.length) });
    return t(`list.${this.order}_of`, { n: figure(shown), matched: figure(this.first_of.matched) });
  }

  #row(feature, at) {
    const number = feature.properties.number;
    const facts = feature.properties;
    const known = this.rows.get(number);
    const kind = tone(facts, at);
    if (known && known.feature === feature && known.tone === kind) {
      this.#times(known.node, facts);
      return known;
    }
    const node = known?.node ?? h("li");
    const had_focus = node.contains(document.activeElement);
    const button = h("button", { type: "button", class: `row is-${kind}${this.fresh.has(number) ? " fresh" : ""}`, dataset: { case: number, testid: "case-row" } },
      case_glyph(facts.state, kind),
      h("span", { class: "what" }, category_name(facts)),
      // What shape and colour say to the eye.
      h("span", { class: "visually-hidden" }, [t(`state.${facts.state}`), is_open(facts) && t(`urgency.${kind}`), number].filter(Boolean).join(t("sign.comma"))),
      h("time", { class: "when", datetime: facts.received_at }),
      h("span", { class: "where" }, where(facts)),
      h("span", { class: "left" }));
    this.#mark(button, number === this.chosen);
    replace(node, button, this.selectable && is_open(facts) && this.#box(number, facts));
    this.#times(node, facts);
    if (had_focus) button.focus();
    const row = { feature, tone: kind, node };
    this.rows.set(number, row);
    return row;
  }

  #box(number, facts) {
    const words = t("list.tick", { what: category_name(facts), number });
    return h("input", { type: "checkbox", class: "tick", checked: this.ticks.has(number), "aria-label": words, dataset: { testid: "tick" }, onchange: (event) => this.ticked.emit(number, event.target.checked) });
  }

  #times(node, facts) {
    node.querySelector(".when").textContent = ago(facts.received_at);
    node.querySelector(".left").textContent = is_open(facts) ? remaining_short(facts.due_at, facts.handled_at) : t(`state.${facts.state}`);
  }

  #mark(button, chosen) {
    if (chosen) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}

function where(facts) {
  const place = facts.grid ? name_of(facts.grid) : t("tray.unrouted");
  return joined([place, facts.address || facts.text || source_name(facts.source)], " · ");
}
