// What the marks mean.
import { by_id, h, replace } from "./dom.js";
import { camera_glyph, case_glyph, service_glyph } from "./glyphs.js";
import { zone_swatch } from "./layers/hatch.js";
import { OPEN_STATES, URGENCIES } from "./urgency.js";
import { t } from "./words.js";

const KEY = "gridmap.legend";

const remembered = () => {
  try { return localStorage.getItem(KEY); } catch { return null; }
};

export function legend(grids) {
  const open = remembered() ? remembered() === "open" : innerWidth > 760;
  const box = h("details", { class: "legend", id: "legend", open, dataset: { testid: "legend" } });
  const draw = () => replace(box, h("summary", {}, t("legend.title")), legend_body(grids.level, grids.scale.steps(grids.level), { zones: true }));
  box.addEventListener("toggle", () => {
    try { localStorage.setItem(KEY, box.open ? "open" : "closed"); } catch { /* Then it opens again next time. */ }
  });
  grids.level_changed.on(draw);
  grids.scale.changed.on(draw);
  draw();
  by_id("stage-bottom").append(box);
  return box;
}

// `zones`: whether the map shows special zones.
export function legend_body(level, steps, { zones = false } = {}) {
  const line = (glyph, words) => h("li", {}, glyph, words);
  const between = (index) => (index === 0 ? "0" : index === steps.length ? `≥ ${steps[index - 1]}` : steps[index] - 1 === steps[index - 1] ? `${steps[index - 1]}` : `${steps[index - 1]}–${steps[index] - 1}`);
  const box = (index) => {
    const patch = h("i");
    patch.style.background = `var(--load-${index})`;
    return h("span", {}, patch, index === 0 && steps[0] > 1 ? `< ${steps[0]}` : between(index));
  };
  return h("div", { class: "legend-body" },
    h("div", {}, h("h3", {}, t("legend.state")), h("ul", {}, OPEN_STATES.map((one) => line(case_glyph(one, "unlimited"), t(`state.${one}`))))),
    h("div", {}, h("h3", {}, t("legend.urgency")), h("ul", {}, URGENCIES.map((one) => line(case_glyph("discovered", one), t(`urgency.${one}`))))),
    h("div", {}, h("h3", {}, t("legend.places")), h("ul", { class: "legend-places" },
      ["online", "offline", "unknown"].map((one) => line(h("span", { class: `camera-mark ${one}` }, camera_glyph(one)), t(`camera.${one}`))),
      line(h("span", { class: "service-mark" }, service_glyph()), t("layer.services")), zones && line(zone_swatch(), t("layer.zones")))),
    h("div", { class: "ramp" }, h("h3", {}, t(`legend.load.${level}`)), h("div", {}, [0, 1, 2, 3, 4].map(box))));
}
