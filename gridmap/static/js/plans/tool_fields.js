// The fields a tool asks for: a word, a number, one of several, what weighs.
import { h } from "../dom.js";
import { t } from "../words.js";
import { weighted } from "./weighted.js";

const MOST_POINTS = 20_000;

const labelled = (name, control, hint) => h("label", { class: "deed-field" }, h("span", { class: "field-name" }, t(`tool.${name}`)), control, hint && h("small", {}, hint));

// Each field: {name, node, read()}; `read` may be a promise, and raises `Unreadable` with what is wrong.
export class Unreadable extends Error {}

export function word(name, { value = "", needed = false, most = 200, kind = "text" } = {}) {
  const box = h("input", { type: kind, value, maxlength: most, required: needed, autocomplete: "off", dataset: { testid: `tool-${name}` } });
  const read = () => {
    const typed = box.value.trim();
    if (needed && !typed) throw new Unreadable(t("form.needed"));
    return typed;
  };
  return { name, node: labelled(name, box), read };
}

export function number(name, { value, least, most }) {
  const box = h("input", { type: "number", inputmode: "numeric", value, min: least, max: most, step: 1, dataset: { testid: `tool-${name}` } });
  const read = () => {
    const typed = Number(box.value);
    if (!Number.isInteger(typed) || typed < least || typed > most) throw new Unreadable(t("tool.number", { least, most }));
    return typed;
  };
  return { name, node: labelled(name, box), read };
}

// `options`: [[value, words], …]
export function choice(name, options) {
  const box = h("select", { dataset: { testid: `tool-${name}` } }, options.map(([value, words]) => h("option", { value }, words)));
  return { name, node: labelled(name, box), read: () => box.value };
}

// What weighs when ground is divided: the area, the open cases there (`open_cases()`: a promise of points), or points of one's own.
export function weights(open_cases) {
  const list = h("textarea", { rows: 3, placeholder: "121.4001, 31.6201, 12", "aria-label": t("tool.points"), hidden: true, dataset: { testid: "tool-points" } });
  const hint = h("small", { hidden: true }, t("tool.points_hint"));
  const box = h("select", { dataset: { testid: "tool-by" }, onchange: () => { list.hidden = hint.hidden = box.value !== "points"; } }, ["area", "cases", "points"].map((one) => h("option", { value: one }, t(`tool.by.${one}`))));
  const read = async () => {
    if (box.value === "points") return points_of(list.value);
    const found = box.value === "cases" ? await open_cases() : [];
    if (box.value === "cases" && !found.length) throw new Unreadable(t("tool.no_cases"));
    return found;
  };
  return { name: "points", node: h("div", { class: "deed-field" }, labelled("by", box), list, hint), read };
}

function points_of(text) {
  const { points, bad } = weighted(text);
  if (bad) throw new Unreadable(t("tool.points_bad", { line: bad.line, text: bad.text.slice(0, 60) }));
  if (!points.length || points.length > MOST_POINTS) throw new Unreadable(t("tool.points_none"));
  return points;
}
