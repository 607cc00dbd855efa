// Who else has this plan open: said and asked every ten seconds while the page is looked at. Forgotten by the server after thirty.
import { send } from "../api.js";
import { h, replace, theirs } from "../dom.js";
import { t } from "../words.js";

const EVERY_MS = 10000;

export class Presence {
  // `url`: of the plan; `doing()`: the code of the grid that is chosen, or "".
  constructor(url, doing) {
    Object.assign(this, { url: `${url}/presence`, doing });
    this.node = h("p", { class: "strip", role: "status", hidden: true, dataset: { testid: "present" } });
    addEventListener("pagehide", () => send(this.url, {}, { method: "DELETE" }).catch(() => {})); // It is forgotten in half a minute anyway.
    document.addEventListener("visibilitychange", () => this.say());
  }

  start() {
    setInterval(() => this.say(), EVERY_MS);
    return this.say();
  }

  async say() {
    if (document.hidden) return;
    // Who else is here is a courtesy; when it cannot be had, nobody is told so.
    const answer = await send(this.url, { doing: this.doing() }).catch(() => null);
    if (answer) this.#draw(answer.others);
  }

  #draw(others) {
    this.node.hidden = !others.length;
    replace(this.node, others.map((one, i) => [i > 0 && t("sign.comma"), theirs(one.name || one.username), one.doing && ` (${one.doing})`]), others.length > 0 && t("plan.present"));
  }
}
