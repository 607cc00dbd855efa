// Figures before and after: by how much they differ, told by sign and shape. Pure.
import { area } from "../words.js";
import { fate } from "./ground.js";

const whole = (value) => String(value);
const share = (value) => `${(value * 100).toFixed(1)}%`;
const measure = (value) => value.toFixed(2);
const hectares = (value) => area(value);

// In the order of docs/planning.md. `adds`: the figures of all grids together mean something.
export const FIGURES = [
  { key: "area_m2", shown: hectares, adds: true },
  { key: "open_cases", shown: whole, adds: true },
  { key: "at_risk", shown: whole, adds: true },
  { key: "cases_90d", shown: whole, adds: true },
  { key: "cameras", shown: whole, adds: true },
  { key: "service_points", shown: whole, adds: true },
  { key: "circle_share", shown: share },
  { key: "households", shown: whole },
  { key: "people", shown: whole },
  { key: "load", shown: measure },
  { key: "polsby_popper", shown: measure },
  { key: "reock", shown: measure },
  { key: "parts", shown: whole },
];

// {now, was, sign, by}: what stands there afterwards, what stood there, whether that is more, less, the same, new or gone, by how much.
export function compared({ key, shown }, before, after) {
  const [was, now] = [before?.[key] ?? null, after?.[key] ?? null];
  const text = (value) => (value === null ? "–" : shown(value));
  // A difference the reader can't see is none.
  const same = text(was) === text(now);
  if (was === null || now === null || same) return { now: text(now), was: text(was), sign: same ? "same" : was === null ? "come" : "gone", by: "" };
  const more = now > was;
  return { now: text(now), was: text(was), sign: more ? "more" : "less", by: `${more ? "+" : "−"}${shown(Math.abs(now - was))}` };
}

// All grids together; null where a figure does not add up.
export function sums(grids, side) {
  const there = grids.map((grid) => grid[side]).filter(Boolean);
  return Object.fromEntries(FIGURES.filter(({ adds }) => adds).map(({ key }) => [key, there.reduce((sum, one) => sum + one[key], 0)]));
}

// How many of each: what the summary says first. A grid that only got a corner on its border is not counted.
export function counted(impact) {
  const came = impact.grids.filter((grid) => !grid.before).length;
  const left = Object.values(impact.left).reduce((sum, one) => sum + one, 0);
  return {
    grids: impact.grids.filter((grid) => impact.renamed.includes(grid.code) || fate(grid.before, grid.after) !== "kept").length, begun: came, ended: impact.retired.filter((code) => code.length === 15).length,
    zones: impact.zones.length, cases: impact.cases.length, cameras: impact.cameras.length, services: impact.service_points.length, left, told: impact.told,
  };
}
