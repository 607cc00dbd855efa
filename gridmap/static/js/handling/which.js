// Which task, request or supervision order is meant: asked only where there are several.
import { h } from "../dom.js";
import { moment } from "../times.js";
import { t } from "../words.js";
import { addressee } from "../cards/loop.js";
import { boxed } from "./controls.js";

const LIVE = ["waiting", "accepted", "started"];

function one_of(field, found, words) {
  if (found.length < 2) return { read: () => (field.needed ? found[0]?.id : undefined) };
  const input = h("select", { dataset: { testid: `field-${field.name}` } }, found.map((one) => h("option", { value: one.id }, words(one))));
  return boxed(field, { input, read: () => Number(input.value) });
}

export function task_control(field, help) {
  const facts = help.feature().properties;
  const live = (facts.tasks ?? []).filter((task) => LIVE.includes(task.state) && (help.action !== "accept" || task.state === "waiting"));
  return one_of(field, live, (task) => `${addressee(task, facts)} · ${t(`task.${task.state}`)}`);
}

export function request_control(field, help) {
  const facts = help.feature().properties;
  const asked = (facts.requests ?? []).filter((one) => facts.to_review?.includes(one.id));
  return one_of(field, asked, (one) => `${t(`request.${one.kind}`)} · ${moment(one.asked_at)}`);
}

export function supervision_control(field, help) {
  const answering = help.action === "answer_supervision";
  const open = (help.feature().properties.supervisions ?? []).filter((one) => !one.lifted_at && !(answering && one.answered_at));
  return one_of(field, open, (one) => `${t(`supervise.${one.kind}`)} · ${moment(one.at)}`);
}
