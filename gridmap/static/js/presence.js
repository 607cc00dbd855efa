// Who else has this case open: said and asked while the card shows it, so that two do not do the same.
import { send } from "./api.js";
import { h, replace } from "./dom.js";
import { t } from "./words.js";

const EVERY_MS = 20000;
const PAST = /^\d{6}-\d{8}$/; // The numbers of past cases, which nobody can do anything with.

export class Presence {
  // `doing()`: the action whose form is open here, or "".
  constructor(url, doing) {
    Object.assign(this, { url, doing });
    this.node = h("p", { class: "presence", role: "status", hidden: true, dataset: { testid: "presence" } });
    addEventListener("pagehide", () => this.look(null));
    document.addEventListener("visibilitychange", () => { if (!document.hidden && this.number) this.#say(); });
  }

  look(chosen) {
    const number = chosen && PAST.test(chosen) ? null : chosen;
    if (number === this.number) return;
    if (this.number) send(this.#address(this.number), {}, { method: "DELETE" }).catch(() => {}); // It is forgotten in a minute anyway.
    clearInterval(this.timer);
    this.number = number;
    this.#draw([]);
    if (!number) return;
    this.timer = setInterval(() => this.#say(), EVERY_MS);
    this.#say();
  }

  async #say() {
    const { number } = this;
    if (document.hidden) return;
    // Who looks on is a courtesy; when it cannot be had, nobody is told so.
    const answer = await send(this.#address(number), { doing: this.doing() }, { method: "PUT" }).catch(() => null);
    if (answer && number === this.number) this.#draw(answer.others);
  }

  #address(number) {
    return `${this.url}${encodeURIComponent(number)}/presence`;
  }

  #draw(others) {
    this.node.hidden = !others.length;
    const named = others.map((one) => {
      const who = one.name || one.username;
      if (!who) return null;
      return one.doing ? t("presence.doing", { who, act: t(`act.${one.doing}`) }) : who;
    });
    const words = named.every(Boolean) ? t("presence.named", { who: named.join(t("sign.comma")) }) : t("presence.some", { n: others.length });
    replace(this.node, others.length > 0 && words);
  }
}
