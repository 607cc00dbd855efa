// The town on the wall: grids filled by their open cases, a mark for each open case, rings around what has just come.
import { by_id, h, replace } from "../dom.js";
import { tone, URGENCIES } from "../urgency.js";
import { figure, name_of, t } from "../words.js";
import { colour, FONT, rem } from "./colours.js";

const { echarts } = window;
const FLASH_MS = 60000;
const LOADS = 5;
const NAMES = 60; // A city has a thousand villages; nobody reads that many.
const SHAPES = { overdue: "diamond", soon: "triangle", intime: "circle", unlimited: "rect" };

export class WallMap {
  constructor() {
    this.node = by_id("wall-map");
    this.chart = echarts.init(this.node, null, { renderer: "canvas" });
    this.fresh = new Map();
    this.loads = new Map();
    this.marks = [];
    this.grids = [];
    new ResizeObserver(() => { this.chart.resize(); this.#all(); }).observe(this.node);
    this.some = h("span", { class: "wall-some", dataset: { testid: "wall-some" } });
    replace(by_id("wall-legend"), URGENCIES.map((one) => h("span", { class: `is-${one}`, dataset: { shape: SHAPES[one] } }, t(`urgency.${one}`))), this.some);
  }

  // New boundaries: the map is registered anew under the same name, the old one is gone.
  ground(features) {
    this.grids = features;
    echarts.registerMap("town", { type: "FeatureCollection", features: features.map((feature) => ({ ...feature, properties: { ...feature.properties, name: feature.properties.code } })) });
    this.#all();
  }

  colour(by_grid) {
    this.loads = new Map(by_grid.map((row) => [row.code, row]));
    this.#all();
  }

  flash(number, at) {
    this.fresh.set(number, at + FLASH_MS);
  }

  // `marks`: the cases to mark, of `some_of` that press where those are more; `n` are open in all.
  draw({ marks, n, overdue, some_of }, at) {
    Object.assign(this, { marks, at });
    for (const [number, until] of this.fresh) if (until < at) this.fresh.delete(number);
    this.node.setAttribute("aria-label", t("wall.map", { n, overdue }));
    this.some.textContent = some_of ? t("wall.some_of", { n: marks.length, of: figure(some_of) }) : "";
    this.#marks();
  }

  #regions() {
    const most = Math.max(1, ...this.grids.map(({ properties }) => this.loads.get(properties.code)?.open ?? 0));
    return this.grids.map(({ properties }) => {
      const open = this.loads.get(properties.code)?.open ?? 0;
      const step = open ? Math.min(LOADS - 1, 1 + Math.floor(((LOADS - 1) * open) / (most + 1))) : 0;
      return { name: properties.code, itemStyle: { areaColor: colour(`load-${step}`), borderColor: colour("village-line"), borderWidth: rem() / 16 } };
    });
  }

  #all() {
    if (!this.grids.length || !this.node.clientWidth) return;
    const size = rem();
    this.chart.setOption({
      textStyle: { fontFamily: FONT },
      geo: { map: "town", silent: true, roam: false, aspectScale: 0.852, preserveAspect: "contain", left: size, right: size, top: size, bottom: size * 4,
        itemStyle: { areaColor: colour("load-0"), borderColor: colour("village-line") }, regions: this.#regions() },
    });
    this.#marks();
  }

  #marks() {
    if (!this.grids.length || !this.node.clientWidth) return;
    const size = rem();
    const placed = this.marks.filter(({ geometry }) => geometry);
    const spots = (of) => of.map(({ geometry }) => geometry.coordinates);
    const series = [...URGENCIES].reverse().map((one, rank) => ({
      id: one, type: "scatter", coordinateSystem: "geo", silent: true, animation: false, z: 3 + rank,
      symbol: SHAPES[one], symbolSize: size * (one === "overdue" ? 0.95 : 0.75), itemStyle: { color: colour(one), opacity: 1, borderColor: colour("halo"), borderWidth: size / 12 },
      data: spots(placed.filter(({ properties }) => tone(properties, this.at) === one)),
    }));
    const rings = { id: "fresh", type: "effectScatter", coordinateSystem: "geo", silent: true, z: 9, symbolSize: size * 1.1, rippleEffect: { scale: 5, brushType: "stroke" }, itemStyle: { color: colour("ink") },
      data: spots(placed.filter(({ properties }) => this.fresh.has(properties.number))) };
    const names = { id: "names", type: "scatter", coordinateSystem: "geo", silent: true, animation: false, z: 8, symbolSize: 1, itemStyle: { color: "transparent" }, labelLayout: { hideOverlap: true },
      data: this.#named().map(({ properties }) => ({ name: name_of(properties), value: properties.label })),
      label: { show: true, formatter: "{b}", color: colour("ink"), fontSize: size * 1.375, textBorderColor: colour("ground"), textBorderWidth: size / 4 } };
    this.chart.setOption({ series: [...series, rings, names] }, { replaceMerge: ["series"] });
  }

  // The most pressed first: where names would cover each other, theirs stay.
  #named() {
    const weight = ({ properties }) => { const row = this.loads.get(properties.code); return row ? row.overdue * 1000 + row.open : 0; };
    return [...this.grids].sort((one, other) => weight(other) - weight(one)).filter((grid) => weight(grid) > 0).slice(0, NAMES);
  }
}
