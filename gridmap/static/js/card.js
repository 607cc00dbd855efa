// The card of what is chosen. Each kind builds its own; this shows it, keeps it fresh, and closes it.
import { Refused } from "./api.js";
import { by_id, h, replace } from "./dom.js";
import { icon } from "./glyphs.js";
import { t } from "./words.js";

export class Card {
  // `kinds`: {kind: (id, signal) => Promise<{tone, glyph, title, subtitle, tools, body, deeds, actions, short}>}
  constructor(selection, kinds) {
    this.node = by_id("card");
    this.selection = selection;
    this.kinds = kinds;
    // Drawn anew one by one: what is typed among the deeds stays where it is, cursor and half-written characters included.
    this.head = h("header", { class: "card-head" });
    this.body = h("div", { class: "card-body", tabindex: "0", role: "group", "aria-label": t("card.content") });
    this.deeds = h("div", { class: "card-deeds", hidden: true });
    this.foot = h("footer", { class: "actions", hidden: true });
    replace(this.node, this.head, this.body, this.deeds, this.foot);
    selection.changed.on((chosen, _, how) => this.#follow(chosen, how));
  }

  // The same thing, asked for again, without losing the reader's place.
  async refresh() {
    const { chosen } = this.selection;
    if (chosen) await this.#fill(chosen, { quietly: true });
  }

  async #follow(chosen, how) {
    if (!chosen) {
      this.control?.abort(); // An answer still on its way would open it again.
      const inside = this.node.contains(document.activeElement);
      this.node.hidden = true;
      this.filled = null;
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
    // While the first answer is on its way there is nothing that could be kept quietly.
    const fresh = !quietly || this.filled !== chosen;
    if (!quietly) this.#show({ title: t("card.loading"), subtitle: chosen.id, body: [], short: true });
    try {
      const content = await this.kinds[chosen.kind](chosen.id, signal);
      if (signal.aborted) return;
      this.#show(content, !fresh);
      this.filled = chosen;
    } catch (error) {
      if (signal.aborted || error.name === "AbortError") return;
      const reason = error instanceof Refused ? error.message : t("card.unreachable");
      if (fresh) this.#show({ title: t("card.failed"), subtitle: chosen.id, body: [h("section", {}, h("p", {}, reason))], short: true });
    }
  }

  #show({ tone, glyph, title, subtitle, tools, body, deeds, actions = [], short }, quietly = false) {
    const scrolled = quietly ? this.body.scrollTop : 0;
    const before = this.node.contains(document.activeElement) ? document.activeElement : null;
    this.node.className = ["card", tone && `is-${tone}`, short && "short"].filter(Boolean).join(" ");
    this.node.setAttribute("aria-label", title);
    replace(this.head, glyph ?? h("span"),
      h("div", {}, h("h2", { dataset: { testid: "card-title" } }, title), subtitle && h("p", {}, subtitle)),
      h("div", { class: "card-tools" }, tools, h("button", { type: "button", class: "card-close", "aria-label": t("card.close"), title: `${t("card.close")} (Esc)`, dataset: { testid: "card-close" }, onclick: () => this.selection.clear() }, icon("close"))));
    replace(this.body, body);
    if (this.deeds.firstChild !== (deeds ?? null)) replace(this.deeds, deeds);
    this.deeds.hidden = !deeds;
    replace(this.foot, actions);
    this.foot.hidden = !actions.length;
    this.node.hidden = false;
    this.body.scrollTop = scrolled;
    if (before && !before.isConnected && quietly) this.node.focus();
  }
}
