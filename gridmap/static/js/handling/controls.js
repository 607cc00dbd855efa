// The control for each field of an action: by its name where it needs more than a box, else by what it holds.
// Each: {node, read() => value | undefined, fail(words), draft() => what stands in it, restore(draft)}; without a node there is nothing to ask.
import { h, replace } from "../dom.js";
import { messages } from "../messages.js";
import { t } from "../words.js";
import { category_control, condition_control } from "./category.js";
import { proof } from "./proof.js";
import { place_control } from "./place.js";
import { picks } from "./picks.js";
import { request_control, supervision_control, task_control } from "./which.js";

const BY_NAME = {
  task: task_control,
  request: request_control,
  supervision: supervision_control,
  evidence: proof,
  to: picks,
  category: category_control,
  condition: condition_control,
  location: place_control,
  participants: (field, help) => boxed(field, lines_box(field), help),
  mentions: () => ({}), // Read from the remark itself.
  into: into_control,
};

export function control(field, help) {
  const special = help.special?.[field.name] ?? BY_NAME[field.name];
  if (special) return special(field, help);
  const { value } = field;
  if (value.enum) return radios(field, value.enum.map((one) => [one, t(`${help.action}.${one}`)]));
  if (value.type === "boolean") return radios(field, [[true, t("granted.yes")], [false, t("granted.no")]]);
  if (value.format === "date-time") return boxed(field, moment_box(field));
  return boxed({ ...field, hint: `${help.action}.${field.name}` }, words_box(field));
}

let made = 0;

// A labelled box, with room for what is wrong with it.
export function boxed(field, { input, read }) {
  const id = `deed-field-${++made}`;
  const word = h("p", { class: "field-wrong", id: `${id}-word`, hidden: true });
  input.id = id;
  const about = [field.hint, field.name].find((one) => messages[`hint.${one}`]);
  const hint = about && h("p", { class: "quiet" }, t(`hint.${about}`));
  return {
    node: h("div", { class: "deed-field" }, h("label", { for: id }, t(`field.${field.name}`), !field.needed && h("small", {}, t("form.optional"))), input, hint, word),
    read,
    fail: fail_in(word, input),
    draft: () => input.value,
    restore: (draft) => { input.value = draft; },
  };
}

export function fail_in(word, input) {
  return (words) => {
    word.textContent = words;
    word.hidden = !words;
    if (!words) { input.removeAttribute("aria-invalid"); input.removeAttribute("aria-describedby"); return; }
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", word.id);
  };
}

function words_box(field) {
  const input = h("textarea", { rows: 2, maxlength: field.value.maxLength, "aria-required": field.needed, dataset: { testid: `field-${field.name}` } });
  return { input, read: () => input.value.trim() || undefined };
}

function lines_box(field) {
  const input = h("textarea", { rows: 2, "aria-required": field.needed, dataset: { testid: `field-${field.name}` } });
  return { input, read: () => input.value.split(/[\n、，,;；]/).map((one) => one.trim()).filter(Boolean) };
}

// By the town's clock, which is eight hours ahead of UTC all year.
function moment_box(field) {
  const input = h("input", { type: "datetime-local", "aria-required": field.needed, dataset: { testid: `field-${field.name}` } });
  return { input, read: () => (input.value ? `${input.value}:00+08:00` : undefined) };
}

function into_control(field, help) {
  const input = h("input", { type: "text", list: "cases-near", autocomplete: "off", maxlength: 40, "aria-required": true, dataset: { testid: "field-into" } });
  const made_of = boxed(field, { input, read: () => input.value.trim() || undefined });
  const list = h("datalist", { id: "cases-near" });
  // Without them a number can be typed all the same.
  help.near(help.feature()).then((near) => replace(list, near.map(({ number, words }) => h("option", { value: number }, words))), () => {});
  made_of.node.append(list);
  return made_of;
}

function radios(field, choices) {
  const name = `deed-field-${++made}`;
  const word = h("p", { class: "field-wrong", id: `${name}-word`, hidden: true });
  const inputs = choices.map(([value, words]) => [value, h("input", { type: "radio", name, value: String(value), dataset: { testid: `field-${field.name}-${value}` } }), words]);
  const node = h("fieldset", { class: "deed-field" }, h("legend", {}, t(`field.${field.name}`)),
    h("div", { class: "deed-choices" }, inputs.map(([, input, words]) => h("label", {}, input, words))), word);
  return {
    node,
    read: () => inputs.find(([, input]) => input.checked)?.[0],
    fail: fail_in(word, node),
    draft: () => inputs.findIndex(([, input]) => input.checked),
    restore: (draft) => { if (inputs[draft]) inputs[draft][1].checked = true; },
  };
}
