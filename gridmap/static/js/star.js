// The mark of a favourite, at the head of a case's card.
import { h, replace } from "./dom.js";
import { icon } from "./glyphs.js";
import { t } from "./words.js";

export class Star {
  constructor(own, say) {
    Object.assign(this, { own, say });
    this.node = h("button", { type: "button", class: "card-close star", dataset: { testid: "favourite" }, onclick: () => this.toggle() });
    own.changed.on(() => this.number && this.#draw());
  }

  show(number) {
    this.number = number;
    this.#draw();
    return number && this.own.kept.includes("favourite") ? this.node : null;
  }

  async toggle() {
    if (!this.number || !this.own.kept.includes("favourite")) return;
    try {
      await this.own.favour(this.number, !this.own.is_favourite(this.number));
    } catch (error) {
      this.say(error.message || t("card.unreachable"));
    }
  }

  #draw() {
    const on = this.own.is_favourite(this.number);
    this.node.setAttribute("aria-pressed", String(on));
    this.node.setAttribute("aria-label", t("favourite.mark"));
    this.node.title = `${t(on ? "favourite.remove" : "favourite.add")} (*)`;
    replace(this.node, icon("star"));
  }
}
