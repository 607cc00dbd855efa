// What the loop wrote about a case: tasks with their clocks, consultations, requests, supervision, evidence, ratings, remarks.
import { h } from "../dom.js";
import { messages } from "../messages.js";
import { moment, remaining } from "../times.js";
import { name_of, t } from "../words.js";
import { section } from "./parts.js";

const LIVE = ["waiting", "accepted", "started"];
const said = (words) => words && h("p", { class: "said" }, words);
const quiet = (...words) => h("p", { class: "quiet" }, words.filter(Boolean).join(" · "));

// An actor as the journal names them (account:…, key:…, system) for people to read: by the name the case's facts know them by.
export function actor(name, facts) {
  if (!name) return "";
  if (facts.names?.[name]) return name_of(facts.names[name]);
  const [kind, rest] = name.includes(":") ? [name.slice(0, name.indexOf(":")), name.slice(name.indexOf(":") + 1)] : [name, ""];
  if ((kind === "account" || kind === "demo") && rest) return rest;
  return messages[`actor.${kind}`] ? t(`actor.${kind}`, { name: rest }) : name;
}

// To whom a task was given.
export function addressee(task, facts = {}) {
  if (task.department) return name_of({ name: task.department_name, name_en: task.department_name_en }) || task.department;
  if (task.team) return `${facts.grid?.code === task.grid ? name_of(facts.grid) : task.grid} ${t(`team.${task.team}`)}`;
  return name_of({ name: task.person_name, name_en: task.person_name_en }) || t("actor.account");
}

// Who has it now, in one line; null where nobody does.
export function holder_words(facts) {
  const live = (facts.tasks ?? []).filter((task) => LIVE.includes(task.state));
  if (live.length) return live.map((task) => addressee(task, facts)).join(t("sign.comma"));
  if (facts.state === "consulting") return t(`consulted.${facts.consulted_at ?? "micro"}`);
  if (facts.state === "discovered" && (facts.person_name || facts.person)) return t("loop.named", { name: name_of({ name: facts.person_name, name_en: facts.person_name_en }) });
  return null;
}

export function loop_parts(facts) {
  const part = (name) => loop_part(name, facts);
  return [part("tasks"), part("requests"), part("supervisions"), part("consultations"), evidence(facts), part("ratings"), part("comments")];
}

const ROWS = { tasks: task_row, requests: request_row, supervisions: supervision_row, consultations: consultation_row, ratings: rating_row, comments: comment_row };

// One of these parts: its title and its rows; false where there is nothing of it.
export function loop_part(name, facts) {
  const rows = facts[name];
  return rows?.length > 0 && section(t(`loop.${name}`), h("ul", { class: "entries", dataset: { testid: `loop-${name}` } }, rows.map((row) => ROWS[name](row, facts))));
}

function task_row(task, facts) {
  const live = LIVE.includes(task.state);
  return h("li", { class: live ? "" : "ended" },
    h("div", { class: "entry-head" }, h("strong", {}, addressee(task, facts)), h("span", { class: "pill plain" }, t(`task.${task.state}`))),
    quiet(live && task.due_at && remaining(task.due_at), task.holder && t("loop.holder", { name: actor(task.holder, facts) }), moment(task.ended_at ?? task.given_at)),
    said(task.note), said(task.result));
}

function request_row(one, facts) {
  return h("li", {},
    h("div", { class: "entry-head" }, h("strong", {}, t(`request.${one.kind}`)), h("span", { class: "pill plain" }, t(`request.state.${one.state}`))),
    quiet(actor(one.asked_by, facts), moment(one.asked_at), one.until && t("request.until", { time: moment(one.until) })),
    said(one.reason),
    (one.reviews ?? []).map((review) => quiet(actor(review.by, facts), t(review.granted ? "request.state.granted" : "request.state.refused"), review.reason)));
}

function supervision_row(one, facts) {
  return h("li", { class: one.lifted_at ? "ended" : "" },
    h("div", { class: "entry-head" }, h("strong", {}, t(`supervise.${one.kind}`)), h("span", { class: "pill plain" }, t(one.lifted_at ? "supervision.lifted" : one.answered_at ? "supervision.answered" : "supervision.open"))),
    quiet(actor(one.by, facts), moment(one.at), one.reply_due_at && !one.answered_at && t("supervision.reply", { time: moment(one.reply_due_at) })),
    said(one.text), one.answer && said(t("supervision.answer", { text: one.answer })));
}

function consultation_row(one, facts) {
  return h("li", {},
    h("div", { class: "entry-head" }, h("strong", {}, (one.participants ?? []).join(t("sign.comma")) || t("loop.consultations"))),
    quiet(actor(one.called_by, facts), moment(one.at)), said(one.notes), one.decision && said(t("consultation.decision", { text: one.decision })));
}

function evidence({ number, evidence: found }) {
  if (!found?.length) return false;
  const at = (one, part) => `/api/v1/cases/${encodeURIComponent(number)}/evidence/${one.id}/${part}`;
  return section(t("loop.evidence"), h("ul", { class: "proofs", dataset: { testid: "loop-evidence" } }, found.map((one) => {
    const photo = one.media_type.startsWith("image/");
    const words = [t(`evidence.${one.kind}`), moment(one.taken_at ?? one.added_at)].join(" · ");
    return h("li", {}, h("a", { href: at(one, photo ? "public" : "original"), target: "_blank", rel: "noopener" },
      photo && h("img", { src: at(one, "thumbnail"), alt: words, loading: "lazy" }), h("small", {}, words)));
  })));
}

function rating_row(one) {
  return h("li", {},
    h("div", { class: "entry-head" }, h("strong", {}, t(`verdict.${one.verdict}`)), h("span", { class: "pill plain" }, t(one.solved ? "rating.solved" : "rating.unsolved"))),
    quiet(t("rating.score", { n: one.score }), moment(one.at)), said(one.reason));
}

function comment_row(one, facts) {
  return h("li", {}, quiet(actor(one.by, facts), moment(one.at)), said(one.text), one.mentioned?.length > 0 && quiet(t("comment.told", { names: one.mentioned.join(t("sign.comma")) })));
}
