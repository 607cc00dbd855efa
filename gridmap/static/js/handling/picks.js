// Whom to hand a case to: the server's advice, each pick with its reasons, load and distance; several may be ticked (联动).
import { get } from "../api.js";
import { h, replace } from "../dom.js";
import { distance, language, name_of, t } from "../words.js";
import { fail_in } from "./controls.js";

const AT_ONCE = 7;

export function picks(field, help) {
  const chosen = new Map(); // words of `to` -> to
  const list = h("ul", { class: "picks", dataset: { testid: "picks" } }, h("li", { class: "quiet" }, t("picks.loading")));
  const word = h("p", { class: "field-wrong", id: `picks-${help.number}-${help.action}`, hidden: true });
  const node = h("fieldset", { class: "deed-field" }, h("legend", {}, t("field.to")), list, word);
  const fail = fail_in(word, node);
  let found = [];
  let all = false;
  const draw = () => {
    const shown = all ? found : found.slice(0, AT_ONCE);
    replace(list, shown.map(row),
      !found.length && h("li", { class: "quiet" }, t("picks.none")),
      found.length > shown.length && h("li", {}, h("button", { type: "button", class: "deed", onclick: () => { all = true; draw(); list.querySelectorAll("input")[AT_ONCE]?.focus(); } }, t("picks.more", { n: found.length - shown.length }))));
  };
  const row = (pick) => {
    const key = JSON.stringify(pick.to);
    const input = h("input", { type: "checkbox", checked: chosen.has(key), disabled: pick.has, dataset: { testid: "pick", to: key }, onchange: () => (input.checked ? chosen.set(key, pick.to) : chosen.delete(key)) });
    const aside = [pick.has && t("picks.has"), pick.load !== undefined && t("picks.load", { n: pick.load }), pick.distance_m > 0 && distance(pick.distance_m)].filter(Boolean);
    return h("li", {}, h("label", {}, input, h("span", { class: "pick-name" }, name_of(pick)), h("span", { class: "pick-aside" }, aside.join(" · ")),
      pick.reasons.length > 0 && h("span", { class: "pick-why" }, pick.reasons.map((one) => one[language]).join(t("sign.semicolon")))));
  };
  const advice = help.advice ?? (() => get(`${help.urls.case}${encodeURIComponent(help.number)}/advice`, {}, { cache: "no-store" }));
  advice().then((answer) => { found = help.several ? departments(answer.picks) : answer.picks; draw(); }, (error) => { replace(list); fail(error.message || t("card.unreachable")); });
  return { node, read: () => [...chosen.values()], fail, draft: () => [...chosen.keys()], restore: (keys) => { for (const key of keys) chosen.set(key, JSON.parse(key)); } };
}

// For cases that lie in different grids: who is on duty in one of them, and has that one already, says nothing of the others.
const departments = (found) => found.filter((pick) => pick.to.department).map((pick) => ({ ...pick, has: false, reasons: [] }));
