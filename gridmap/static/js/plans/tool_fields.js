// The fields a tool asks for: a word, a number, one of several, what weighs, roads, who heads a grid.
import { h } from "../dom.js";
import { name_of, t } from "../words.js";
import { roads } from "./roads.js";
import { weighted } from "./weighted.js";

const MOST_POINTS = 20_000;

const labelled = (name, control, hint) => h("label", { class: "deed-field" }, h("span", { class: "field-name" }, t(`tool.${name}`)), control, hint && h("small", {}, hint));

// Each field: {name, node, read()}; `read` may be a promise, and raises `Unreadable` with what is wrong, and in which box.
export class Unreadable extends Error {
  constructor(words, box = null) {
    super(words);
    this.box = box;
  }
}

// One to be found among many by typing: {box, read()}, where the box offers `options` ([[value, words, short word], …]) and `read`
// answers the value of what stands there; undefined where it is none, or not plainly one.
export function searched(name, options, { shown = "", hint = "" } = {}) {
  const list = h("datalist", { id: `tool-${name}-options` }, options.map(([, words]) => h("option", { value: words })));
  const box = h("input", { type: "text", value: shown, list: list.id, autocomplete: "off", dataset: { testid: `tool-${name}` } });
  const read = () => found_in(options, box.value.trim());
  return { box, read, node: h("div", { class: "searched" }, labelled(name, box, hint), list) };
}

// A whole entry, else the only one of this short word, else the only one that holds what was typed. Pure.
export function found_in(options, typed) {
  if (!typed) return undefined;
  const only = (fits) => { const found = options.filter(fits); return found.length === 1 ? found[0] : undefined; };
  const one = options.find(([value, words]) => words === typed || value === typed) ?? only(([, , short]) => short === typed) ?? only(([, words]) => words.includes(typed));
  return one?.[0];
}

export function word(name, { value = "", needed = false, most = 200, kind = "text" } = {}) {
  const box = h("input", { type: kind, value, maxlength: most, required: needed, autocomplete: "off", dataset: { testid: `tool-${name}` } });
  const read = () => {
    const typed = box.value.trim();
    if (needed && !typed) throw new Unreadable(t("tool.needed", { name: t(`tool.${name}`) }), box);
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
export function choice(name, options, chosen) {
  const box = h("select", { dataset: { testid: `tool-${name}` } }, options.map(([value, words]) => h("option", { value, selected: value === chosen }, words)));
  return { name, node: labelled(name, box), read: () => box.value };
}

// What weighs when ground is divided: the area, points of one's own, or what `known` has: {name: () => a promise of points}.
export function weights(known) {
  const list = h("textarea", { rows: 3, placeholder: "121.4001, 31.6201, 12", "aria-label": t("tool.points"), hidden: true, dataset: { testid: "tool-points" } });
  const hint = h("small", { hidden: true }, t("tool.points_hint"));
  const box = h("select", { dataset: { testid: "tool-by" }, onchange: () => { list.hidden = hint.hidden = box.value !== "points"; } }, ["area", ...Object.keys(known), "points"].map((one) => h("option", { value: one }, t(`tool.by.${one}`))));
  const read = async () => {
    if (box.value === "points") return points_of(list.value);
    const found = (await known[box.value]?.()) ?? [];
    if (known[box.value] && !found.length) throw new Unreadable(t(`tool.no.${box.value}`));
    return found;
  };
  return { name: "points", node: h("div", { class: "deed-field" }, labelled("by", box), list, hint), read };
}

// Roads to divide along, from a file; `box()`: the ground that is divided.
export function along(box) {
  const file = h("input", { type: "file", accept: ".geojson,.json,application/geo+json", dataset: { testid: "tool-lines" } });
  const read = async () => {
    if (!file.files.length) return [];
    const { lines, wrong } = roads(await file.files[0].text(), box());
    if (wrong) throw new Unreadable(t(`tool.lines.${wrong}`));
    return lines;
  };
  return { name: "lines", node: labelled("lines", file, t("tool.lines_hint")), read };
}

// Who heads a grid: one of the candidates ({post, kind, name}), or somebody typed; `{post}`, or `{head_name, head_phone}`.
export function head({ candidates, name, phone }) {
  const typed = [word("head_name", { value: name, needed: !name }), word("head_phone", { value: phone, most: 40, kind: "tel" })];
  const room = h("div", { class: "deed-form-part" }, typed.map(({ node }) => node));
  const choices = candidates.map((one) => [String(one.post), `${name_of(one)} · ${name_of(one.kind)}`]);
  const who = choice("who", [...choices, ["", t("tool.who.typed")]]);
  const box = who.node.querySelector("select");
  const look = () => { room.hidden = box.value !== ""; };
  box.value = name || !choices.length ? "" : choices[0][0];
  box.addEventListener("change", look);
  look();
  const read = () => (who.read() ? { post: Number(who.read()) } : Object.fromEntries(typed.map((one) => [one.name, one.read()])));
  return { name: "who", node: h("div", { class: "deed-form-part" }, choices.length > 0 && who.node, room), read };
}

function points_of(text) {
  const { points, bad } = weighted(text);
  if (bad) throw new Unreadable(t("tool.points_bad", { line: bad.line, text: bad.text.slice(0, 60) }));
  if (!points.length || points.length > MOST_POINTS) throw new Unreadable(t("tool.points_none"));
  return points;
}
