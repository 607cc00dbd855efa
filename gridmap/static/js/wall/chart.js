// One chart that lives as long as the page: made once, changed by new values, redrawn when the screen changes its size.
import { colour, FONT, rem } from "./colours.js";

const { echarts } = window;

export class Chart {
  constructor(node, make) {
    this.node = node;
    this.make = make;
    this.chart = echarts.init(node, null, { renderer: "canvas" });
    new ResizeObserver(() => { if (node.clientWidth) { this.chart.resize(); this.#set(); } }).observe(node);
  }

  draw(told) {
    this.told = told;
    this.#set();
  }

  #set() {
    if (!this.told || !this.node.clientWidth) return;
    const base = { animationDuration: 400, animationDurationUpdate: 400, textStyle: { fontFamily: FONT }, tooltip: { show: false } };
    this.chart.setOption({ ...base, ...this.make(this.told, rem()) }, { replaceMerge: ["series"] });
  }
}

export const axis_text = (size) => ({ color: colour("ink-2"), fontSize: size * 1.375 });
export const axis_line = () => ({ lineStyle: { color: colour("line-strong") } });

// Bars that lie, the longest on top, each with its number.
export function lying(rows, size, tone = "accent") {
  const wide = Math.max(...rows.map((row) => [...row.name].reduce((sum, sign) => sum + (sign.charCodeAt(0) > 255 ? 1 : 0.56), 0)), 2);
  return {
    grid: { left: Math.min(wide, 13) * size * 1.5 + size, right: size * 4, top: size * 0.5, bottom: size * 0.5 },
    xAxis: { type: "value", show: false },
    yAxis: { type: "category", inverse: true, data: rows.map((row) => row.name), axisTick: { show: false }, axisLine: { show: false },
      axisLabel: { color: colour("ink"), fontSize: size * 1.5, width: 13 * size * 1.5, overflow: "truncate" } },
    series: [{ id: "bars", type: "bar", data: rows.map((row) => row.value), barMaxWidth: size * 2, itemStyle: { color: colour(tone), borderRadius: size * 0.2 },
      label: { show: true, position: "right", color: colour("ink"), fontSize: size * 1.75, fontWeight: 600 } }],
  };
}
