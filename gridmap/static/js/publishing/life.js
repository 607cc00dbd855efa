// A plan's way from draft to the boundaries in force: where it stands, and what whoever looks may do about it.
import { send } from "../api.js";
import { h, theirs } from "../dom.js";
import { moment, now, of_town, town_moment, typed } from "../times.js";
import { t } from "../words.js";
import { ask, text_field } from "./asking.js";
import { counted } from "./figures.js";

const STAGES = ["draft", "in_review", "approved", "published"];
const RIGHTS = { submit: "grids.plan", approve: "plan.approve", send_back: "plan.approve", publish: "grids.publish" };
const AHEAD_MS = 3600000; // What the form proposes for a publish at a set time.

export class Life {
  // `seen`: {plan, etag, impact, scheduled, comments}; `done()`: something changed.
  constructor(url, allowed, done) {
    Object.assign(this, { url, allowed, done });
  }

  nodes(seen) {
    this.seen = seen;
    const { plan, scheduled } = seen;
    const waiting = scheduled.find((one) => one.state === "waiting");
    return [
      plan.stage === "abandoned" ? h("p", { class: "notice-box" }, t("stage.abandoned")) : way(plan),
      waiting && h("p", { class: "notice-box", dataset: { testid: "waiting" } }, t("review.waiting", { time: of_town(waiting.at) }), " ", waiting.note && theirs(waiting.note)),
      refused(scheduled),
      plan.publication && h("p", { class: "well", dataset: { testid: "published-link" } }, t("review.published"), " ", h("a", { href: `/publications#publication-${plan.publication}` }, t("review.publication", { id: plan.publication }))),
      ...this.#buttons(plan, waiting),
      said(seen.comments),
    ];
  }

  #buttons(plan, waiting) {
    const may = (turn) => plan.turns.includes(turn) && this.allowed.includes(RIGHTS[turn]);
    const button = (name, act, look = "") => h("button", { type: "button", class: `button ${look}`, dataset: { testid: `turn-${name}` }, onclick: act }, t(`turn.${name}`));
    const found = [
      may("submit") && button("submit", () => this.#ask("submit"), "primary"),
      may("approve") && button("approve", () => this.#ask("approve"), "primary"),
      may("publish") && button("publish", () => this.#publish(), "primary"),
      may("publish") && !waiting && button("schedule", () => this.#schedule()),
      waiting && this.allowed.includes("grids.publish") && button("unschedule", () => this.#unschedule()),
      may("send_back") && button("send_back", () => this.#send_back()),
    ].filter(Boolean);
    // Who drew it may take it back, and is told whom it waits for.
    const waits = !found.length || (plan.stage === "in_review" && !may("approve"));
    return [found.length > 0 && h("div", { class: "deeds", dataset: { testid: "turns" } }, found), waits && h("p", { class: "hint", dataset: { testid: "next" } }, t(`review.next.${plan.stage}`))];
  }

  async #do(address, body, method = "POST") {
    return send(`${this.url}${address}`, body, { method, headers: { "If-Match": this.seen.etag } });
  }

  async #asked(question) {
    if (await ask(question)) this.done();
  }

  #ask(turn) {
    return this.#asked({ title: t(`review.ask.${turn}`), words: summary(this.seen.impact), yes: t(`turn.${turn}`), deed: () => this.#do(`/${turn}`, {}) });
  }

  #send_back() {
    const fields = [text_field("reason", t("review.reason"), { required: true, maxlength: 2000 })];
    return this.#asked({ title: t("review.ask.send_back"), fields, yes: t("turn.send_back"), deed: (typed_words) => this.#do("/send_back", typed_words) });
  }

  #publish() {
    return this.#asked({ title: t("review.ask.publish"), words: summary(this.seen.impact), fields: [text_field("note", t("review.note"))], yes: t("turn.publish"), deed: (body) => this.#do("/publish", body) });
  }

  #schedule() {
    const at = h("label", { class: "field" }, h("span", {}, t("review.at")), h("input", { type: "datetime-local", name: "at", required: true, value: typed(now() + AHEAD_MS), dataset: { testid: "ask-at" } }));
    const deed = ({ at: moment_typed, note }) => this.#do("/schedule", { at: new Date(town_moment(moment_typed)).toISOString(), note });
    return this.#asked({ title: t("review.ask.schedule"), words: summary(this.seen.impact), fields: [at, text_field("note", t("review.note"))], yes: t("turn.schedule"), deed });
  }

  #unschedule() {
    return this.#asked({ title: t("review.ask.unschedule"), yes: t("turn.unschedule"), deed: () => this.#do("/schedule", {}, "DELETE") });
  }
}

function way(plan) {
  const at = STAGES.indexOf(plan.stage);
  return h("ol", { class: "way", dataset: { testid: "way" } }, STAGES.map((stage, index) =>
    h("li", { class: index < at ? "is-past" : "", "aria-current": index === at ? "step" : null, dataset: { stage } }, t(`stage.${stage}`), stage === "approved" && plan.approved_by && h("small", {}, theirs(plan.approved_by)))));
}

function refused(scheduled) {
  const [last] = scheduled;
  return last?.state === "refused" && h("div", { class: "wrong", dataset: { testid: "schedule-refused" } }, h("p", {}, t("review.schedule.refused", { time: of_town(last.at) })), h("p", {}, theirs(last.reason)));
}

function said(comments) {
  if (!comments.length) return null;
  return h("details", { class: "said-of", open: true }, h("summary", {}, t("review.said", { n: comments.length })), h("ul", { class: "plain" }, comments.toReversed().map((one) =>
    h("li", {}, h("b", {}, theirs(one.by)), " ", h("time", {}, moment(one.at)), h("p", {}, theirs(one.words))))));
}

// What is decided on, once more, in counts.
export function summary(impact) {
  if (!impact) return [];
  const n = counted(impact);
  return [h("ul", { class: "counts-said", dataset: { testid: "ask-counts" } }, ["grids", "begun", "ended", "zones", "cases", "cameras", "services", "left", "told"].map((name) => h("li", {}, h("span", {}, t(`review.count.${name}`)), h("b", {}, n[name]))))];
}
