// The buttons on the plan's map: nearer, farther, all of the ground; and which base map lies below.
import { by_id, h, replace } from "../dom.js";
import { icon } from "../glyphs.js";
import { language, t } from "../words.js";

export function map_buttons(map, bases, home) {
  const button = (name, act) => h("button", { type: "button", "aria-label": t(`button.${name}`), title: t(`button.${name}`), dataset: { testid: `button-${name}` }, onclick: act }, icon(name));
  const next = () => bases.show(bases.shown + 1 < bases.known.length ? bases.shown + 1 : -1);
  const base = h("button", { type: "button", title: bases.known.map(({ name }) => name[language]).join(t("sign.comma")), "aria-label": t("layers.base"), onclick: next }, icon("layers"));
  replace(by_id("map-buttons"),
    h("div", { class: "button-stack" }, button("plus", () => map.zoomIn()), button("minus", () => map.zoomOut()), button("home", home)),
    bases.known.length > 0 && h("div", { class: "button-stack" }, base));
}
