// The buttons on the map, and the layer tree behind one of them.
import { by_id, h, replace } from "./dom.js";
import { icon } from "./glyphs.js";
import { LEVELS } from "./layers/levels.js";
import { language, t } from "./words.js";

const KEY = "gridmap.layers";
const FIRST = { grids: true, load: true, labels: true, cases: true, marks: "marks", cameras: true, services: true, circles: false, zones: true, level: "" };

function remembered() {
  try { return { ...FIRST, ...JSON.parse(localStorage.getItem(KEY) ?? "{}") }; } catch { return { ...FIRST }; }
}

export class LayerTree {
  // `apply`: {name: (value, all) => void} for every name of FIRST.
  constructor(apply, bases) {
    this.apply = apply;
    this.bases = bases;
    this.now = remembered();
    this.panel = h("div", { class: "popover", id: "layer-tree", dataset: { testid: "layer-tree" }, hidden: true, role: "group", "aria-label": t("layers.title") });
    this.draw();
  }

  start() {
    for (const [name, act] of Object.entries(this.apply)) act(this.now[name], this.now);
  }

  set(name, value) {
    this.now[name] = value;
    try { localStorage.setItem(KEY, JSON.stringify(this.now)); } catch { /* Then it holds for this page only. */ }
    this.apply[name](value, this.now);
  }

  draw() {
    const check = (name, sub = false) =>
      h("label", { class: sub && "sub" }, h("input", { type: "checkbox", checked: this.now[name] === true, dataset: { testid: `layer-${name}` }, onchange: (event) => this.set(name, event.target.checked) }), t(`layer.${name}`));
    const radio = (name, value, words, act = () => this.set(name, value), checked = this.now[name] === value) =>
      h("label", { class: "sub" }, h("input", { type: "radio", name: `layer-${name}`, checked, dataset: { testid: `layer-${name}-${value}` }, onchange: act }), words);
    replace(this.panel, h("h2", {}, t("layers.title")),
      h("h3", {}, t("layers.cases")), check("cases"),
      radio("marks", "marks", t("layer.marks.marks")), radio("marks", "heat", t("layer.marks.heat")), radio("marks", "both", t("layer.marks.both")),
      h("h3", {}, t("layers.grids")), check("grids"), check("load", true), check("labels", true),
      radio("level", "", t("level.auto")), LEVELS.map((level) => radio("level", level, t(`level.${level}`))),
      check("zones"),
      h("h3", {}, t("layers.places")), check("cameras"), check("services"), check("circles", true),
      h("h3", {}, t("layers.base")),
      radio("base", "none", t("base.none"), () => this.bases.show(-1), this.bases.shown < 0),
      this.bases.known.map(({ name }, index) => radio("base", index, name[language], () => this.bases.show(index), this.bases.shown === index)),
      !this.bases.known.length && h("p", {}, t("base.hint")));
  }
}

export function buttons(map, tree, { legend_box, home }) {
  const button = (name, act, extra = {}) => h("button", { type: "button", "aria-label": t(`button.${name}`), title: t(`button.${name}`), dataset: { testid: `button-${name}` }, onclick: act, ...extra }, icon(name));
  const open = (state) => {
    tree.panel.hidden = !state;
    layers.setAttribute("aria-expanded", String(state));
  };
  const layers = button("layers", () => open(tree.panel.hidden), { "aria-expanded": "false", "aria-controls": "layer-tree" });
  replace(by_id("map-buttons"),
    h("div", { class: "button-stack" }, layers, button("legend", () => { legend_box.open = !legend_box.open; })),
    h("div", { class: "button-stack" }, button("plus", () => map.zoomIn()), button("minus", () => map.zoomOut()), button("home", home)),
    h("div", { class: "button-stack" }, button("screen", full_screen)),
    tree.panel);
  map.on("click", () => open(false));
  addEventListener("keydown", (event) => { if (event.key === "Escape" && !tree.panel.hidden) { open(false); layers.focus(); event.stopImmediatePropagation(); } }, { capture: true });
}

function full_screen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.();
}
