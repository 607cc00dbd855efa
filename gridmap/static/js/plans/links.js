// Read-only links to the plan for people without an account: make one, copy it, take it back.
import { Refused, get, send } from "../api.js";
import { h, replace, theirs } from "../dom.js";
import { moment, now } from "../times.js";
import { t } from "../words.js";

const DAYS = [1, 7, 30, 90]; // As long as the server lets one last.
const USUAL = 7;
const DAY_MS = 86400000;

export class Links {
  constructor(draft, { say }) {
    Object.assign(this, { draft, say });
    this.list = h("ul", { class: "talk-list", dataset: { testid: "links" } });
    this.word = h("p", { class: "deed-word wrong", role: "alert", hidden: true });
    this.node = h("section", { class: "more-talk" }, h("h2", {}, t("links.title")), h("p", { class: "quiet" }, t("links.what")), this.list, this.#form());
  }

  async load() {
    const { links } = await get(`${this.draft.url}/links`, {}, { cache: "no-store" });
    const open = links.filter((one) => one.standing === "open");
    replace(this.list, open.map((one) => this.#link(one)));
    this.list.hidden = open.length === 0;
  }

  #link(one) {
    const label = one.label || t("links.unnamed");
    const address = h("input", { type: "text", readonly: true, value: one.url, "aria-label": t("links.address", { label }), dataset: { testid: "link-address" }, onfocus: () => address.select() });
    const button = (name, act) => h("button", { type: "button", class: "deed small", "aria-label": `${t(`links.${name}`)}: ${label}`, dataset: { testid: `link-${name}` }, onclick: act }, t(`links.${name}`));
    return h("li", { dataset: { testid: "link" } },
      h("div", { class: "step-head" }, h("strong", {}, theirs(label)), h("small", {}, t("links.until", { time: moment(one.expires_at) }))),
      h("div", { class: "deed-field" }, address),
      h("div", { class: "deed-buttons" },
        button("copy", () => this.#copy(address)),
        button("revoke", () => this.#try(() => send(`${this.draft.url}/links/${one.id}`, undefined, { method: "DELETE" })))));
  }

  // Without a secure context there is no clipboard; what is selected can be copied by hand.
  #copy(address) {
    const by_hand = () => { address.focus(); address.select(); this.say(t("links.selected")); };
    if (navigator.clipboard) navigator.clipboard.writeText(address.value).then(() => this.say(t("links.copied")), by_hand);
    else by_hand();
  }

  #form() {
    const label = h("input", { type: "text", name: "label", maxlength: 100, autocomplete: "off", dataset: { testid: "link-label" } });
    const days = h("select", { name: "days", dataset: { testid: "link-days" } }, DAYS.map((n) => h("option", { value: n, selected: n === USUAL }, t("links.days", { n }))));
    const make = async (event) => {
      event.preventDefault();
      const expires_at = new Date(now() + Number(days.value) * DAY_MS - 60000).toISOString(); // A clock that runs ahead a little asks for no more than may be.
      if (await this.#try(() => send(`${this.draft.url}/links`, { label: label.value.trim(), expires_at }))) label.value = "";
    };
    return h("form", { class: "talk-form deed-field", onsubmit: make },
      h("label", { class: "deed-field" }, h("span", {}, t("links.label")), label),
      h("label", { class: "deed-field" }, h("span", {}, t("links.expiry")), days),
      this.word,
      h("div", { class: "deed-buttons" }, h("button", { type: "submit", class: "deed small", dataset: { testid: "link-make" } }, t("links.make"))));
  }

  async #try(act) {
    this.word.hidden = true;
    try {
      await act();
      await this.load();
      return true;
    } catch (error) {
      this.word.textContent = error.problem?.errors?.[0]?.message ?? (error instanceof Refused ? error.message : t("plan.unreachable"));
      this.word.hidden = false;
      return false;
    }
  }
}
