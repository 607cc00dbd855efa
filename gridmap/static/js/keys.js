// The keyboard: the queue with j, k and Enter, the deeds with a letter each, "?" for all keys; never while somebody types.
import { h } from "./dom.js";
import { t } from "./words.js";

const DEEDS = { a: "accept", s: "start", f: "finish", d: "dispatch", v: "verify", r: "rework", c: "close", m: "comment" };
const SHOWN = [
  ["j / k", "keys.step"], ["Enter", "keys.open"], ["x", "keys.select"], ["o", "keys.next"], ["/", "keys.search"], ["Esc", "keys.close"], ["*", "keys.favourite"],
  ...Object.entries(DEEDS).map(([key, action]) => [key, `act.${action}`]), ["Ctrl Enter", "keys.send"], ["+ / -", "keys.zoom"], ["?", "keys.help"],
];

export function keys({ search, list, selection, handling, favour, select }) {
  const help = keys_help(SHOWN);
  const act = {
    "/": () => search.focus(),
    j: () => list.step(1),
    k: () => list.step(-1),
    o: () => list.next(),
    x: () => select(),
    "*": () => favour(),
    "?": () => help.showModal(),
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const typing = event.target.closest?.("input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable], dialog");
    if (event.key === "Escape" && !help.open) selection.clear();
    else if (typing) return;
    else if (act[event.key]) { event.preventDefault(); act[event.key](); }
    else if (DEEDS[event.key] && selection.chosen?.kind === "case") { event.preventDefault(); handling.start(DEEDS[event.key]); }
  });
}

// A dialog that lists keys: [[key, name of its words], …].
export function keys_help(shown) {
  const dialog = h("dialog", { class: "keys-help", "aria-label": t("keys.help"), dataset: { testid: "keys-help" }, onclick: (event) => { if (event.target === dialog) dialog.close(); } },
    h("h2", {}, t("keys.help")),
    h("dl", { class: "facts" }, shown.map(([key, words]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, t(words))])),
    h("form", { method: "dialog" }, h("button", { type: "submit", class: "deed primary" }, t("card.close"))));
  document.body.append(dialog);
  return dialog;
}
