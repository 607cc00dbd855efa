// What can be done with the corner somebody has hold of, for fingers too: a metre this way or that, or away with it.
import { by_id, h, replace } from "../dom.js";
import { t } from "../words.js";

const ARROWS = [["←", "west", [-1, 0]], ["↑", "north", [0, 1]], ["↓", "south", [0, -1]], ["→", "east", [1, 0]]];

export function corner_bar(editor) {
  const bar = h("div", { class: "strip corner-bar", role: "toolbar", "aria-label": t("plan.corner"), hidden: true, dataset: { testid: "corner-bar" } });
  by_id("stage").append(bar);
  editor.held.on((held) => {
    bar.hidden = !held;
    if (!held) return;
    const button = (sign, name, act, off = false) => h("button", { type: "button", class: "deed small", disabled: off, "aria-label": t(`plan.corner.${name}`), title: t(`plan.corner.${name}`), dataset: { testid: `corner-${name}` }, onclick: act }, sign);
    replace(bar,
      h("span", {}, t(held.junction ? "plan.corner.junction" : "plan.corner.of", { n: held.grids.length })),
      ARROWS.map(([sign, name, way]) => button(sign, name, () => editor.nudge(way, 1))),
      button("＋", "add", () => editor.insert(held.place)),
      button("✕", "remove", () => editor.remove(held.place), held.junction));
  });
}
