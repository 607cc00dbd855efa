// One case: what, where, until when; its photos; what still waits to be sent; and the buttons.
import { h, theirs } from "../dom.js";
import { now, moment, remaining } from "../times.js";
import { tone } from "../urgency.js";
import { category_name, name_of, t } from "../words.js";
import { due_of, standing } from "./list.js";
import { photo_strip } from "./photos.js";
import { allowed_now, buttons_of } from "./rules.js";

const AT_ONCE = new Set(["accept", "start"]); // Nothing has to be told.

export function case_view(app, item) {
  const facts = item.case.properties;
  const waiting = app.outbox.of(facts.number);
  const may = allowed_now(item.allowed, waiting);
  const buttons = buttons_of(may);
  const first = buttons.find((action) => action !== "comment"); // A remark is never the main thing.
  const others = buttons.filter((action) => action !== first);
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
      h("dt", {}, t("phone.number")), h("dd", {}, facts.number)),
    h("p", {}, h("a", { class: "p-map", href: `/case/${encodeURIComponent(facts.number)}` }, t("phone.on_map"))),
    may.includes("attach") && h("section", { "aria-labelledby": "p-photos" }, h("h2", { id: "p-photos" }, t("phone.photos")), photo_strip(app, facts.number)),
    entries_of(app, facts.number),
    others.length > 0 && h("div", { class: "p-others" }, others.map((action) => button(app, item, action, "button"))),
    first && h("div", { class: "p-first" }, button(app, item, first, "button primary")));
}

function button(app, item, action, look) {
  const { number } = item.case.properties;
  const act = () => (AT_ONCE.has(action)
    ? app.outbox.add_action(number, action, item.task ? { task: item.task.id } : {}, { etag: item.etag, draft: `${number}.${action}` })
    : app.show(number, action));
  return h("button", { type: "button", class: look, dataset: { testid: `do-${action}` }, onclick: once(act) }, t(`phone.do.${action}`));
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
  const words = entry.type === "photo" ? t("phone.entry.photo") : t(`phone.do.${entry.action}`);
  return h("li", { class: entry.problem ? "is-refused" : "", dataset: { testid: "entry" } },
    h("span", {}, h("strong", {}, words), " ", h("span", { class: "quiet" }, t(entry.problem ? "phone.entry.refused" : "phone.entry.waiting"))),
    entry.problem && h("p", { class: "wrong" }, theirs(entry.problem.words)),
    entry.problem && h("span", { class: "p-entry-deeds" },
      h("button", { type: "button", class: "button small", dataset: { testid: "retry" }, onclick: () => app.refresh().then(() => app.outbox.retry(entry.seq, app.list.items.find((one) => one.case.properties.number === entry.number)?.etag)) }, t("phone.retry")),
      h("button", { type: "button", class: "button small danger", dataset: { testid: "discard" }, onclick: () => confirm(t("phone.discard_sure")) && app.outbox.discard(entry.seq) }, t("phone.discard"))));
}
