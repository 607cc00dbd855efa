// What happened to a case, in words: who did what, when, and what they said about it.
import { h } from "../dom.js";
import { messages } from "../messages.js";
import { moment } from "../times.js";
import { source_name, t } from "../words.js";
import { actor, addressee } from "./loop.js";
import { section } from "./parts.js";

// What somebody did that is no action of the workflow.
const DONE = new Set(["evidence.added", "rating.invited"]);

export function happened(facts) {
  const joined = (facts.received ?? []).filter((one) => one.relation === "joined")
    .map((one) => ({ at: one.received_at, words: t("timeline.joined_from", { source: source_name(one.source) }) }));
  const entries = (facts.timeline ?? []).filter((one) => !(one.kind === "alert.joined" && joined.length)).map((one) => row_of(one, facts));
  const rows = [...entries, ...joined].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
  return rows.length > 0 && section(t("case.timeline"), h("ol", { class: "timeline", dataset: { testid: "timeline" } }, rows.map((row) =>
    h("li", {}, h("div", {}, row.words), row.said && h("p", { class: "said" }, row.said), h("time", { datetime: row.at }, moment(row.at))))));
}

export function row_of(entry, facts) {
  const { data = {}, kind } = entry;
  const who = data.action || DONE.has(kind) ? actor(entry.actor, facts) : "";
  const said = ["reason", "result", "text", "note", "decision"].map((name) => data[name]).find((words) => typeof words === "string" && words);
  return { at: entry.at, said, words: [who && `${who}${t("sign.colon")}`, told(kind, data), decided(data), whom(data, facts), moved(data)].filter(Boolean).join("") };
}

// "opened" and the like have words of their own; an action is called as its button is.
function told(kind, data) {
  if (data.action && messages[`act.${data.action}`]) return t(`act.${data.action}`);
  return messages[`timeline.${kind}`] ? t(`timeline.${kind}`) : kind;
}

// What a review came to, and of which request.
function decided({ action, granted, kind }) {
  if (action !== "review" || typeof granted !== "boolean" || !messages[`request.${kind}`]) return "";
  return ` · ${t(`request.${kind}`)}${t("sign.colon")}${t(granted ? "request.state.granted" : "request.state.refused")}`;
}

function whom(data, facts) {
  if (!["dispatch", "transfer"].includes(data.action)) return "";
  const given = (facts.tasks ?? []).filter((task) => (data.tasks ?? []).includes(task.id));
  return given.length ? ` → ${given.map((task) => addressee(task, facts)).join(t("sign.comma"))}` : "";
}

function moved(data) {
  const known = data.action && data.from !== data.to && messages[`state.${data.to}`];
  return known ? ` → ${t(`state.${data.to}`)}` : "";
}
