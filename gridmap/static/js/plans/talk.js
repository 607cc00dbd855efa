// What people say of the plan, if need be about a place; and who is asked to look at it.
import { Refused, get, send } from "../api.js";
import { h, replace, theirs } from "../dom.js";
import { Spot, pane } from "../layers/spots.js";
import { ago, moment } from "../times.js";
import { t } from "../words.js";

const { L } = window;
const CLOSED = new Set(["published", "abandoned"]);

export class Talk {
  // `pick(taken)`: asks for a place on the map; `show(place)`: brings one into view; `counted(n)`.
  constructor(map, draft, { allowed, pick, show, counted }) {
    Object.assign(this, { draft, allowed, pick, show, counted });
    this.pins = L.layerGroup([]).addTo(map);
    this.pane = pane(map, "plan-pins", 620);
    this.list = h("ol", { class: "talk-list" });
    this.asked = h("section", { class: "more-talk" });
    this.node = h("div", { dataset: { testid: "talk" } }, this.list, allowed.has("plan.comment") && this.#form(), this.asked);
  }

  async load() {
    const [{ comments }, { reviewers, candidates }] = await Promise.all([get(`${this.draft.url}/comments`), get(`${this.draft.url}/reviewers`)]);
    this.comments = comments;
    this.reviewers = reviewers;
    this.candidates = candidates;
    this.#draw();
  }

  #draw() {
    this.counted(this.comments.length);
    this.pins.clearLayers();
    replace(this.list, this.comments.length ? this.comments.map((one) => this.#comment(one)) : h("li", { class: "quiet" }, t("talk.none")));
    this.comments.filter(({ place }) => place).forEach((one) => this.#pin(one));
    replace(this.asked, h("h2", {}, t("talk.reviewers")), this.reviewers.length ? h("p", {}, this.reviewers.map((name) => [h("span", { class: "pill plain" }, theirs(name)), " "])) : h("p", { class: "quiet" }, t("talk.nobody_asked")),
      this.allowed.has("grids.plan") && !CLOSED.has(this.draft.facts?.stage) && this.#asking());
  }

  #comment(one) {
    return h("li", { dataset: { testid: "comment" } },
      h("div", { class: "step-head" }, h("strong", {}, theirs(one.by)), h("time", { datetime: one.at, title: moment(one.at) }, ago(one.at))),
      h("p", { class: "said" }, theirs(one.words)),
      one.place && h("button", { type: "button", class: "deed small", onclick: () => this.show(one.place) }, t("talk.place")));
  }

  #pin(one) {
    const number = this.comments.indexOf(one) + 1;
    const icon = new Spot({ build: () => h("span", { class: "talk-pin" }, number), label: t("talk.pin", { who: one.by }) });
    L.marker([one.place[1], one.place[0]], { icon, pane: this.pane }).addTo(this.pins);
  }

  // Whom to ask, of those who may say something of the plan.
  #asking() {
    if (!this.candidates.length) return h("p", { class: "quiet" }, t("talk.no_candidates"));
    const boxes = this.candidates.map(({ username }) => h("input", { type: "checkbox", value: username, checked: this.reviewers.includes(username), dataset: { testid: "reviewer" } }));
    const rows = this.candidates.map(({ username, approves }, index) => h("li", {}, h("label", {}, boxes[index], theirs(username), approves && h("small", { class: "quiet" }, ` · ${t("talk.approves")}`))));
    const word = h("p", { class: "deed-word wrong", role: "alert", hidden: true });
    const ask = async (event) => {
      event.preventDefault();
      word.hidden = true;
      try {
        await send(`${this.draft.url}/reviewers`, { reviewers: boxes.filter((one) => one.checked).map((one) => one.value) }, { method: "PUT", headers: { "If-Match": this.draft.etag } });
        await this.load();
      } catch (error) {
        word.textContent = error.problem?.errors?.[0]?.message ?? (error instanceof Refused ? error.message : t("plan.unreachable"));
        word.hidden = false;
      }
    };
    return h("form", { class: "deed-field", onsubmit: ask }, h("ul", { class: "ticks", role: "group", "aria-label": t("talk.usernames") }, rows), word, h("div", { class: "deed-buttons" }, h("button", { type: "submit", class: "deed small", dataset: { testid: "reviewers-save" } }, t("talk.ask"))));
  }

  #form() {
    const words = h("textarea", { rows: 2, maxlength: 2000, required: true, "aria-label": t("talk.words"), placeholder: t("talk.words"), dataset: { testid: "talk-words" } });
    const about = h("span", { class: "quiet" });
    const word = h("p", { class: "deed-word wrong", role: "alert", hidden: true });
    let place = null;
    const pin = h("button", { type: "button", class: "deed small", dataset: { testid: "talk-pin" }, onclick: () => this.pick((taken) => { place = [taken.lon, taken.lat]; about.textContent = t("talk.pinned"); words.focus(); }) }, t("talk.pin_it"));
    const say = async (event) => {
      event.preventDefault();
      word.hidden = true;
      if (!words.value.trim()) { words.focus(); return; }
      try {
        await send(`${this.draft.url}/comments`, { words: words.value.trim(), place });
        [words.value, place, about.textContent] = ["", null, ""];
        await this.load();
      } catch (error) {
        word.textContent = error instanceof Refused ? error.message : t("plan.unreachable");
        word.hidden = false;
      }
    };
    return h("form", { class: "talk-form deed-field", onsubmit: say }, words, word, h("div", { class: "deed-buttons" }, pin, about, h("button", { type: "submit", class: "deed small primary", dataset: { testid: "talk-send" } }, t("talk.send"))));
  }
}
