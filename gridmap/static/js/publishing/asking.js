// A question before something is done: what it means, what to type, yes or no. What was typed stays until it is done.
import { h, replace } from "../dom.js";
import { refusal } from "../handling/refusal.js";
import { t } from "../words.js";

// `fields`: nodes of a form with names; `deed(values)`: a promise of doing it. Answers whether it was done.
export function ask({ title, words = [], fields = [], yes, deed, danger = false }) {
  return new Promise((answered) => {
    const wrong = h("div", { class: "wrong", role: "alert", hidden: true, dataset: { testid: "ask-wrong" } });
    const go = h("button", { type: "submit", class: `button ${danger ? "danger" : "primary"}`, dataset: { testid: "ask-yes" } }, yes);
    const form = h("form", { method: "dialog", class: "form" }, h("h2", {}, title), words, fields, wrong,
      h("div", { class: "deeds" }, go, h("button", { type: "button", class: "button", dataset: { testid: "ask-no" }, onclick: () => dialog.close() }, t("review.no"))));
    const dialog = h("dialog", { class: "ask", "aria-label": title, dataset: { testid: "ask" }, onclose: () => { dialog.remove(); answered(Boolean(dialog.done)); } }, form);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (go.disabled) return;
      go.disabled = true;
      wrong.hidden = true;
      try {
        await deed(Object.fromEntries(new FormData(form)));
        dialog.done = true;
        dialog.close();
      } catch (error) {
        replace(wrong, refusal(error).map((line) => h("p", {}, line)));
        wrong.hidden = false;
        go.disabled = false;
      }
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

export function text_field(name, label, facts = {}) {
  return h("label", { class: "field" }, h("span", {}, label), h("textarea", { name, rows: 3, maxlength: 500, dataset: { testid: `ask-${name}` }, ...facts }));
}
