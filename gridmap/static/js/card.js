// The card of what is chosen. Each kind builds its own; this shows it, keeps it fresh, and closes it.
import { Refused } from "./api.js";
import { by_id, h, replace } from "./dom.js";
import { icon } from "./glyphs.js";
import { t } from "./words.js";

export class Card {
  // `kinds`: {kind: (id, signal) => Promise<{tone, glyph, title, subtitle, body, actions, short}>}
  constructor(selection, kinds) {
    this.node = by_id("card");
    this.selection = selection;
    this.kinds = kinds;
    selection.changed.on((chosen, _, how) => this.#follow(chosen, how));
  }

  // The same thing, asked for again, without losing the reader's place.
  async refresh() {
    const { chosen } = this.selection;
    if (chosen) await this.#fill(chosen, { quietly: true });
  }

  async #follow(chosen, how) {
    if (!chosen) {
      const inside = this.node.contains(document.activeElement);
      this.node.hidden = true;
      if (inside) this.back?.focus?.();
      return;
    }
    if (this.node.hidden) this.back = document.activeElement;
    await this.#fill(chosen, {});
    if (how.focus) this.node.focus();
  }

  async #fill(chosen, { quietly }) {
    this.control?.abort();
    this.control = new AbortController();
    const { signal } = this.control;
    if (!quietly) this.#show({ title: t("card.loading"), subtitle: chosen.id, body: [], short: true });
    try {
      const content = await this.kinds[chosen.kind](chosen.id, signal);
      if (!signal.aborted) this.#show(content, quietly);
    } catch (error) {
      if (signal.aborted || error.name === "AbortError") return;
      const reason = error instanceof Refused ? error.message : t("card.unreachable");
      if (!quietly) this.#show({ title: t("card.failed"), subtitle: chosen.id, body: [h("section", {}, h("p", {}, reason))], short: true });
    }
  }

  #show({ tone, glyph, title, subtitle, body, actions = [], short }, quietly = false) {
    const scrolled = quietly ? this.node.querySelector(".card-body")?.scrollTop : 0;
    const focused = quietly && this.node.contains(document.activeElement);
    this.node.className = ["card", tone && `is-${tone}`, short && "short"].filter(Boolean).join(" ");
    this.node.setAttribute("aria-label", title);
    replace(this.node,
      h("header", { class: "card-head" }, glyph ?? h("span"),
        h("div", {}, h("h2", { dataset: { testid: "card-title" } }, title), subtitle && h("p", {}, subtitle)),
        h("button", { type: "button", class: "card-close", "aria-label": t("card.close"), title: `${t("card.close")} (Esc)`, dataset: { testid: "card-close" }, onclick: () => this.selection.clear() }, icon("close"))),
      h("div", { class: "card-body" }, body),
      actions.length > 0 && h("footer", { class: "actions" }, actions));
    this.node.hidden = false;
    this.node.querySelector(".card-body").scrollTop = scrolled ?? 0;
    if (focused) this.node.focus();
  }
}
