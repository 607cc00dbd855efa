// Choosing a category: type a part of its name or code. Its condition decides which limit holds.
import { all_categories, words_of } from "../categories.js";
import { h, replace } from "../dom.js";
import { name_of, t } from "../words.js";
import { boxed } from "./controls.js";

const waiting = new Map(); // case number -> the condition's box, told when a category is chosen

export function category_control(field, help) {
  const id = `categories-${help.number}`;
  const list = h("datalist", { id });
  const by = new Map();
  const input = h("input", { type: "text", list: id, autocomplete: "off", placeholder: t("category.placeholder"), "aria-required": true, dataset: { testid: "field-category" },
    oninput: () => waiting.get(help.number)?.(by.get(input.value)?.conditions ?? []) });
  const made = boxed(field, { input, read: () => chosen() });
  const chosen = () => {
    // A code or a whole name typed out is as good as one picked from the list.
    const typed = input.value.trim();
    const one = by.get(typed) ?? only([...by.values()].filter((each) => each.code === typed || name_of(each) === typed));
    return one && { standard_ref: one.standard_ref, kind: one.kind, code: one.code };
  };
  all_categories(help.urls.categories).then((found) => {
    for (const one of found) by.set(words_of(one), one);
    replace(list, [...by.keys()].map((value) => h("option", { value })));
    input.dispatchEvent(new Event("input")); // A draft may stand in it already.
  }, (error) => made.fail(error.message));
  made.node.append(list);
  return made;
}

export function condition_control(field, help) {
  const input = h("select", { dataset: { testid: "field-condition" } });
  const made = boxed(field, { input, read: () => input.value || undefined });
  let wanted = "";
  waiting.set(help.number, (conditions) => {
    made.node.hidden = !conditions.length;
    replace(input, h("option", { value: "" }, t("category.usual")), conditions.map((one) => h("option", { value: one, selected: one === wanted }, one)));
  });
  made.node.hidden = true;
  return { ...made, restore: (draft) => { wanted = draft; } };
}

const only = (found) => (found.length === 1 ? found[0] : undefined);
