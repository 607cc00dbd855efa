// The slanted lines that tell a special zone from the grids below it.
import { s } from "../dom.js";

const ID = "zone-hatch";
const STEP_PX = 8;

// What to fill with; the pattern is put into the page once. In the colour of zones by day and by night.
export function hatch() {
  if (!document.getElementById(ID)) {
    document.body.append(s("svg", { class: "pattern-room", width: 0, height: 0, "aria-hidden": "true" }, s("defs", {},
      s("pattern", { id: ID, width: STEP_PX, height: STEP_PX, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
        s("rect", { class: "hatch-ground", width: STEP_PX, height: STEP_PX }), s("path", { class: "hatch-line", d: `M1 0V${STEP_PX}` })))));
  }
  return `url(#${ID})`;
}

// The same in a legend.
export const zone_swatch = () => s("svg", { class: "zone-swatch", viewBox: "0 0 24 16", "aria-hidden": "true" }, s("rect", { x: 1, y: 1, width: 22, height: 14, rx: 2, fill: hatch() }));
