// Says new cases aloud to screen readers, gathered, so that a busy hour does not chatter.
import { by_id, h } from "./dom.js";
import { category_name, name_of, t } from "./words.js";

const GATHER_MS = 4000;

export function announcer() {
  const node = by_id("announcer");
  let waiting = [];
  const speak = () => {
    const [first] = waiting;
    node.textContent = waiting.length === 1
      ? t("announce.one", { what: category_name(first), where: name_of(first.grid) || t("tray.unrouted") })
      : t("announce.many", { n: waiting.length });
    waiting = [];
  };
  return (facts) => {
    if (!waiting.length) setTimeout(speak, GATHER_MS);
    waiting.push(facts);
  };
}

// A short word to everybody, gone after a while.
export function toast(text) {
  const node = h("div", { class: "toast", role: "status", dataset: { testid: "toast" } }, text);
  (by_id("stage-top") ?? document.body).append(node);
  setTimeout(() => node.remove(), 4000);
}
