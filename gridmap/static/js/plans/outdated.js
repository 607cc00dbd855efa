// Somebody else drew first: what they did, and what one wanted, side by side; then the newest is taken.
import { h, theirs } from "../dom.js";
import { t } from "../words.js";

// Resolves when it has been read.
export function outdated(problem, what) {
  return new Promise((read) => {
    const dialog = h("dialog", { class: "keys-help outdated", "aria-labelledby": "outdated-title", dataset: { testid: "outdated" } },
      h("h2", { id: "outdated-title" }, t("outdated.title")),
      h("p", {}, t("outdated.words")),
      h("div", { class: "outdated-sides" },
        h("section", {}, h("h3", {}, t("outdated.yours", { n: problem.yours })), h("p", {}, t(what in NAMES ? NAMES[what] : `deed.${what}`))),
        h("section", {}, h("h3", {}, t("outdated.theirs", { n: problem.theirs })), h("ol", {}, problem.steps.map(step_of)), !problem.steps.length && h("p", {}, t("outdated.moved")))),
      h("form", { method: "dialog" }, h("button", { type: "submit", class: "deed primary", dataset: { testid: "take-newest" } }, t("outdated.take"))));
    dialog.addEventListener("close", () => { dialog.remove(); read(); });
    document.body.append(dialog);
    dialog.showModal();
  });
}

const NAMES = { undo: "plan.undo", redo: "plan.redo", goto: "plan.steps.go", submit: "turn.submit", send_back: "turn.send_back", abandon: "turn.abandon" };

const step_of = ({ step, deed, by, codes }) => h("li", { value: step }, h("strong", {}, t(`deed.${deed}`)), " · ", theirs(by), h("br"), h("span", { class: "quiet" }, codes.slice(0, 6).join(t("sign.comma")), codes.length > 6 && " …"));
