// What only zones are asked for: which cases they send on, and to which grid.
import { key_of, with_large, words_of } from "../categories.js";
import { h, replace } from "../dom.js";
import { icon } from "../glyphs.js";
import { name_of, t } from "../words.js";
import { Unreadable, searched } from "./tool_fields.js";

// The grid that gets the cases: found by name or code, or clicked on the map (`take`).
export function target(grids, code, called) {
  const words = (one) => `${name_of(one)} · ${one.code}`;
  const options = grids.map((one) => [one.code, words(one)]);
  const shown = code ? (options.find(([value]) => value === code)?.[1] ?? words({ ...called, code })) : "";
  const { box, node, read } = searched("target", options, { shown, hint: t("tool.target_hint") });
  // In a large town not every grid is at hand; its code will do.
  const own = () => (box.value === shown && code) || (read() ?? /^\d{15}$/.exec(box.value.trim())?.[0]);
  return {
    name: "target", node, box,
    take: (taken) => { box.value = options.find(([value]) => value === taken)?.[1] ?? taken; box.focus({ preventScroll: true }); },
    read: () => {
      if (own()) return own();
      throw new Unreadable(t(box.value.trim() ? "tool.target_unknown" : "tool.target_needed"), box);
    },
  };
}

// The categories it takes, small classes and large ones; none: every case.
export function takes(small, chosen) {
  const known = new Map(with_large(small).map((one) => [key_of(one), one]));
  const taken = new Map(chosen.map((one) => [key_of(one), known.get(key_of(one)) ?? one]));
  const words = (one) => (one.name_zh ? (one.code.length < 3 ? t("tool.takes_large", { words: words_of(one) }) : words_of(one)) : one.code);
  const { box, node, read } = searched("takes", [...known].map(([key, one]) => [key, words(one), one.code]));
  const list = h("ul", { class: "taken", "aria-label": t("tool.takes") });
  const more = h("button", { type: "button", class: "deed small", dataset: { testid: "tool-takes-add" }, onclick: () => { add(); box.focus(); } }, t("tool.takes_add"));
  const draw = () => replace(list, !taken.size && h("li", { class: "quiet" }, t("tool.takes_all")), [...taken].map(([key, one]) =>
    h("li", { class: "pill plain" }, words(one), h("button", { type: "button", class: "taken-off", "aria-label": t("tool.takes_off", { name: words(one) }), dataset: { testid: "tool-takes-off" }, onclick: () => { taken.delete(key); draw(); box.focus(); } }, icon("close")))));
  const add = () => {
    const key = read();
    if (!key) return;
    taken.set(key, known.get(key));
    box.value = "";
    draw();
  };
  // An entry picked from the list comes as a change of the whole.
  box.addEventListener("change", add);
  box.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.isComposing && box.value.trim()) { event.preventDefault(); add(); } });
  node.append(more, list);
  draw();
  return {
    name: "takes", node, box,
    read: () => {
      add();
      if (box.value.trim()) throw new Unreadable(t("tool.takes_unknown"), box);
      return [...taken.values()].map(({ standard_ref, kind, code }) => ({ standard_ref, kind, code }));
    },
  };
}
