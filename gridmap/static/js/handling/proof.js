// Evidence for an action: what the case has already, and new files, which go up at once.
import { get, send } from "../api.js";
import { h, replace } from "../dom.js";
import { t } from "../words.js";
import { fail_in } from "./controls.js";

const KINDS = ["after", "before", "scene", "other"];

export function proof(field, help) {
  const url = `${help.urls.case}${encodeURIComponent(help.number)}/evidence`;
  const chosen = new Set();
  const list = h("ul", { class: "proofs" });
  const word = h("p", { class: "field-wrong", id: `proof-${help.number}-${help.action}`, hidden: true });
  const kind = h("select", { "aria-label": t("proof.kind") }, KINDS.map((one) => h("option", { value: one, selected: one === (help.action === "attach" ? "scene" : "after") }, t(`evidence.${one}`))));
  const input = h("input", { type: "file", accept: "image/jpeg,image/png,image/webp,application/pdf", multiple: true, "aria-label": t("proof.add"), dataset: { testid: "field-evidence" }, onchange: () => add([...input.files]) });
  const node = h("fieldset", { class: "deed-field" }, h("legend", {}, t("field.evidence")), list, h("div", { class: "deed-row" }, kind, input), word);
  const fail = fail_in(word, input);
  const draw = (items) => replace(list, items.map((item) => h("li", {}, h("label", {},
    h("input", { type: "checkbox", checked: chosen.has(item.id), onchange: (event) => (event.target.checked ? chosen.add(item.id) : chosen.delete(item.id)) }),
    item.thumbnail && h("img", { src: item.thumbnail, alt: "", loading: "lazy" }), t(`evidence.${item.kind}`), ` ${item.id}`))));
  const load = () => get(url).then(({ evidence }) => draw(evidence), (error) => fail(error.message));
  async function add(files) {
    fail("");
    for (const file of files) {
      const form = new FormData();
      form.append("file", file);
      form.append("kind", kind.value);
      try { chosen.add((await send(url, form)).id); } catch (error) { fail(`${file.name}：${error.message || t("card.unreachable")}`); }
    }
    input.value = "";
    node.dispatchEvent(new Event("input", { bubbles: true }));
    await load();
  }
  load();
  return { node, read: () => [...chosen], fail, draft: () => [...chosen], restore: (ids) => ids.forEach((id) => chosen.add(id)) };
}
