// One case: what, where, until when; what is asked of its people; its photos; what still waits to be sent; and the buttons.
import { toast } from "../announcer.js";
import { loop_part } from "../cards/loop.js";
import { RATED, ratings_part } from "../cards/ratings.js";
import { happened } from "../cards/timeline.js";
import { h, theirs } from "../dom.js";
import { now, moment, remaining } from "../times.js";
import { tone } from "../urgency.js";
import { category_name, name_of, t } from "../words.js";
import { in_order } from "../handling/order.js";
import { due_of, standing } from "./list.js";
import { photo_strip } from "./photos.js";
import { allowed_now } from "./rules.js";

const AT_ONCE = new Set(["accept", "start"]); // Nothing has to be told.
const FEW = 4;
const TOLD_FIRST = ["supervisions", "requests"];
const TOLD_LATER = ["tasks", "consultations", "ratings", "comments"];

export function case_view(app, item) {
  const facts = item.case.properties;
  const waiting = app.outbox.of(facts.number);
  const may = allowed_now(item.allowed, waiting);
  const buttons = in_order(may, facts).filter((action) => action !== "attach"); // The camera below does that.
  const first = buttons.find((action) => action !== "comment"); // A remark is never the main thing.
  const others = buttons.filter((action) => action !== first);
  const few = others.length <= FEW + 1 ? others : others.slice(0, FEW);
  const rest = others.slice(few.length);
  const due = due_of(item);
  const how = tone({ ...facts, due_at: due }, now());
  return h("article", { class: `p-case is-${how}`, dataset: { testid: "case", case: facts.number } },
    h("p", {}, h("a", { href: "#", class: "p-back" }, t("phone.back"))),
    h("h1", { tabindex: "-1" }, category_name(facts)),
    h("p", { class: "p-due" }, h("span", { class: "p-state" }, standing(item)), due && h("span", { class: "pill", title: moment(due) }, remaining(due, facts.handled_at))),
    facts.text && h("p", { class: "p-text" }, theirs(facts.text)),
    item.task?.note && h("p", { class: "p-note" }, t("phone.note"), theirs(item.task.note)),
    h("dl", { class: "p-facts" },
      h("dt", {}, t("case.address")), h("dd", {}, facts.address ? theirs(facts.address) : "–"),
      h("dt", {}, t("case.grid")), h("dd", {}, name_of(facts.grid) || "–"),
      h("dt", {}, t("case.occurred")), h("dd", {}, moment(facts.occurred_at)),
      facts.rounds > 0 && [h("dt", {}, t("case.rounds")), h("dd", {}, t("case.rounds_words", { n: facts.rounds }))],
      h("dt", {}, t("phone.number")), h("dd", {}, facts.number)),
    TOLD_FIRST.map((name) => loop_part(name, facts)),
    h("p", {}, h("a", { class: "p-map", href: `/case/${encodeURIComponent(facts.number)}` }, t("phone.on_map"))),
    may.includes("attach") && h("section", { "aria-labelledby": "p-photos" }, h("h2", { id: "p-photos" }, t("phone.photos")), photo_strip(app, facts.number)),
    entries_of(app, facts.number),
    few.length > 0 && h("div", { class: "p-others" }, few.map((action) => button(app, item, action, "button"))),
    rest.length > 0 && fold(app, "rest", t("deeds.more", { n: rest.length }), h("div", { class: "p-others" }, rest.map((action) => button(app, item, action, "button")))),
    fold(app, "rate", t("reporters.title"), facts.invites && RATED.includes(facts.state) && ratings_part(facts, app.seen.links.get(facts.number) ?? null, toast)),
    fold(app, "past", t("case.timeline"), TOLD_LATER.map((name) => loop_part(name, facts)), happened(facts)),
    first && h("div", { class: "p-first" }, button(app, item, first, "button primary")));
}

// What is folded away; open stays open, however often the page is drawn.
function fold(app, name, words, ...content) {
  const node = h("details", { class: "p-fold", open: app.unfolded.has(name), dataset: { testid: `fold-${name}` }, ontoggle: () => app.unfolded[node.open ? "add" : "delete"](name) }, h("summary", {}, words), content);
  return content.flat().some(Boolean) && node;
}

function button(app, item, action, look) {
  const { number } = item.case.properties;
  const act = () => (AT_ONCE.has(action)
    ? app.outbox.add_action(number, action, item.task ? { task: item.task.id } : {}, { etag: item.etag, draft: `${number}.${action}` })
    : app.show(number, action));
  return h("button", { type: "button", class: look, dataset: { testid: `do-${action}` }, onclick: once(act) }, t(`act.${action}`));
}

// A thumb that taps twice means it once.
function once(act) {
  return (event) => { event.currentTarget.disabled = true; act(); };
}

// What of this case still waits to be sent, or was refused; also of one that is no longer on the list.
export function entries_of(app, number) {
  const waiting = app.outbox.of(number);
  return waiting.length > 0 && h("section", { "aria-labelledby": "p-waiting" }, h("h2", { id: "p-waiting" }, t("phone.waiting")), h("ul", { class: "p-entries" }, waiting.map((entry) => entry_row(app, entry))));
}

function entry_row(app, entry) {
  const words = entry.type === "photo" ? t("phone.entry.photo") : t(`act.${entry.action}`);
  return h("li", { class: entry.problem ? "is-refused" : "", dataset: { testid: "entry" } },
    h("span", {}, h("strong", {}, words), " ", h("span", { class: "quiet" }, t(entry.problem ? "phone.entry.refused" : "phone.entry.waiting"))),
    entry.problem && h("p", { class: "wrong" }, theirs(entry.problem.words)),
    entry.problem && h("span", { class: "p-entry-deeds" },
      h("button", { type: "button", class: "button small", dataset: { testid: "retry" }, onclick: () => app.refresh().then(() => app.outbox.retry(entry.seq, app.seen.item(entry.number)?.etag)) }, t("phone.retry")),
      h("button", { type: "button", class: "button small danger", dataset: { testid: "discard" }, onclick: () => confirm(t("phone.discard_sure")) && app.outbox.discard(entry.seq) }, t("phone.discard"))));
}
