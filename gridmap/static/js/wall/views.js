// The views that take turns beside the map: when cases come, from where, of what kind, in which grids, and the week.
import { h, replace, theirs } from "../dom.js";
import { name_of, source_name, t } from "../words.js";
import { axis_line, axis_text, Chart, lying } from "./chart.js";
import { colour } from "./colours.js";

const MOST = 7;
const GRIDS = 10;

function legend(size, names) {
  return { data: names, right: 0, top: 0, itemWidth: size * 1.2, itemHeight: size * 0.8, textStyle: { color: colour("ink-2"), fontSize: size * 1.375 } };
}

function by_hour({ hours }, size) {
  const line = (id, name, data, tone, width) => ({ id, name, type: "line", data, symbol: "none", lineStyle: { color: tone, width }, itemStyle: { color: tone } });
  return {
    legend: legend(size, [t("wall.today"), t("wall.yesterday")]),
    grid: { left: size * 3.2, right: size, top: size * 3, bottom: size * 2.6 },
    xAxis: { type: "category", data: hours.today.map((_, hour) => hour), axisLabel: { ...axis_text(size), interval: 3 }, axisLine: axis_line(), axisTick: { show: false } },
    yAxis: { type: "value", minInterval: 1, axisLabel: axis_text(size), splitLine: { lineStyle: { color: colour("line") } }, splitNumber: 3 },
    series: [line("yesterday", t("wall.yesterday"), hours.yesterday, colour("line-strong"), size * 0.2),
      { ...line("today", t("wall.today"), hours.today, colour("accent"), size * 0.35), areaStyle: { color: colour("accent"), opacity: 0.18 } }],
  };
}

function by_day({ days }, size) {
  const bar = (id, name, key, tone) => ({ id, name, type: "bar", data: days.map((day) => day[key]), barMaxWidth: size * 2.4, itemStyle: { color: tone, borderRadius: size * 0.15 },
    label: { show: true, position: "top", color: colour("ink"), fontSize: size * 1.375 } });
  return {
    legend: legend(size, [t("wall.received"), t("wall.ended")]),
    grid: { left: size * 3.6, right: size, top: size * 3.4, bottom: size * 2.6 },
    xAxis: { type: "category", data: days.map(({ date }) => `${Number(date.slice(5, 7))}/${Number(date.slice(8))}`), axisLabel: axis_text(size), axisLine: axis_line(), axisTick: { show: false } },
    yAxis: { type: "value", minInterval: 1, axisLabel: axis_text(size), splitLine: { lineStyle: { color: colour("line") } }, splitNumber: 3 },
    series: [bar("filed", t("wall.received"), "filed", colour("accent")), bar("closed", t("wall.ended"), "closed", colour("line-strong"))],
  };
}

const sources = ({ by_source }, size) => lying(by_source.slice(0, MOST).map(({ key, filed }) => ({ name: source_name(key), value: filed })), size);
const groups = ({ by_group }, size) => lying(by_group.slice(0, MOST).map((group) => ({ name: group.key ? name_of(group) : t("tray.triage"), value: group.filed })), size, "intime");

function panel(key, ...children) {
  return h("section", { class: "wall-view", dataset: { view: key, testid: `view-${key}` }, "aria-labelledby": `view-${key}` }, children);
}

const title = (key, id) => h("h2", { id }, t(`wall.view.${key}`));
const box = (label) => h("div", { class: "wall-chart", role: "img", "aria-label": label });

function charts(key, ...parts) {
  const boxes = parts.map(([name]) => box(t(`wall.view.${name}`)));
  const node = panel(key, parts.map(([name], index) => [title(name, index ? undefined : `view-${key}`), boxes[index]]));
  return () => {
    const drawn = parts.map(([, make], index) => new Chart(boxes[index], make));
    return { key, node, draw: (told) => drawn.forEach((chart) => chart.draw(told)) };
  };
}

function grids() {
  const body = h("tbody");
  const heads = ["grid", "open", "overdue", "soon", "filed"].map((key) => h("th", { scope: "col" }, t(`wall.column.${key}`)));
  const node = panel("grids", title("grids", "view-grids"), h("table", { class: "wall-table" }, h("thead", {}, h("tr", {}, heads)), body));
  const cell = (row, key) => h("td", { class: row[key] ? `is-${key}` : "is-none" }, row[key]);
  const draw = ({ by_grid }) => replace(body, by_grid.slice(0, GRIDS).map((row) => h("tr", {},
    h("th", { scope: "row" }, theirs(row.code ? name_of(row) : t("tray.unrouted"))), ["open", "overdue", "soon", "filed"].map((key) => cell(row, key)))));
  return { key: "grids", node, draw };
}

export function views(latest) {
  const made = [charts("when", ["hours", by_hour]), charts("what", ["sources", sources], ["groups", groups]), charts("week", ["days", by_day])];
  // A chart measures its place, so all places are there first.
  const [when, what, week] = made.map((make) => make());
  when.node.append(latest.node);
  return [when, what, grids(), week];
}
