// The marks. A case: its shape is its state, its colour and inner mark how pressing it is; so colour is never alone.
import { s } from "./dom.js";

const SHAPES = {
  discovered: ["circle", { cx: 12, cy: 12, r: 9.5 }],
  consulting: ["path", { d: "M12 .8 23.200 12 12 23.200.8 12z" }],
  handling: ["rect", { x: 2.8, y: 2.8, width: 18.4, height: 18.4, rx: 3.5 }],
  verifying: ["path", { d: "M12 1.500c.8 0 1.500.4 1.900 1.100l9 16.200c.8 1.500-.2 3.200-1.900 3.200H3c-1.700 0-2.700-1.700-1.900-3.200l9-16.200c.4-.7 1.100-1.100 1.900-1.100z" }],
  dispatched: ["path", { d: "M3 3.500h11.500L22.500 12l-8 8.500H3c-.8 0-1.300-.9-.8-1.600L6.500 12 2.200 5.100C1.700 4.400 2.200 3.500 3 3.500z" }],
  suspended: ["path", { d: "M7.200 1.800h9.600L22.800 12l-6 10.200H7.200L1.200 12z" }],
  rating: ["path", { d: "M12 1.200l3.200 6.900 7.500.9-5.600 5.100 1.500 7.400L12 17.800l-6.600 3.700 1.500-7.400L1.300 9l7.500-.9z" }],
  closed: ["circle", { cx: 12, cy: 12, r: 9.5 }],
  void: ["circle", { cx: 12, cy: 12, r: 9.5 }],
  merged: ["circle", { cx: 12, cy: 12, r: 9.5 }],
};

const MARKS = {
  overdue: "M12 6.300v7.200M12 17.300v.4",
  soon: "M12 7.200V12.700l3.700 2.100",
  intime: "",
  unlimited: "M8 12.500h8",
  done: "M7.700 12.500l3.100 3.100 5.700-6.400",
  void: "M8.500 8.500l7 7M15.500 8.500l-7 7",
  merged: "M7 8.500c2.500 0 3 7 5.500 7H17M7 15.500h10",
};

export function case_glyph(state, tone) {
  const [tag, geometry] = SHAPES[state] ?? SHAPES.discovered;
  const mark = MARKS[state === "void" || state === "merged" ? state : tone];
  const lowered = state === "verifying" ? "translate(12 14.500) scale(.82) translate(-12 -12)" : null;
  return s("svg", { class: `glyph is-${tone}`, viewBox: "0 0 24 24", "aria-hidden": "true" },
    s(tag, { ...geometry, fill: "var(--tone)", stroke: "var(--halo)", "stroke-width": 1.6 }),
    mark && s("path", { d: mark, fill: "none", stroke: "var(--tone-ink)", "stroke-width": 2.4, "stroke-linecap": "round", "stroke-linejoin": "round", transform: lowered }));
}

const solid = { fill: "currentcolor", stroke: "var(--halo)", "stroke-width": 1.4 };
const hollow = { fill: "var(--surface)", stroke: "currentcolor", "stroke-width": 2 };

export function camera_glyph(state) {
  const body = state === "online" ? solid : hollow;
  return s("svg", { class: "glyph", viewBox: "0 0 24 24", "aria-hidden": "true" },
    s("path", { d: "M2.500 7.500A1.500 1.500 0 0 1 4 6h10.500A1.500 1.500 0 0 1 16 7.500V10l5.500-3.200v10.400L16 14v2.500a1.500 1.500 0 0 1-1.500 1.500H4a1.500 1.500 0 0 1-1.500-1.500z", ...body, "stroke-linejoin": "round" }),
    state === "offline" && s("path", { d: "M3 21 21 3", stroke: "var(--halo)", "stroke-width": 5 }),
    state === "offline" && s("path", { d: "M3 21 21 3", stroke: "currentcolor", "stroke-width": 2.4, "stroke-linecap": "round" }),
    state === "unknown" && s("path", { d: "M7.600 10.200a1.800 1.800 0 1 1 2.400 1.700c-.5.2-.8.500-.8 1.100M9.200 15.200v.2", fill: "none", stroke: "currentcolor", "stroke-width": 1.500, "stroke-linecap": "round" }));
}

export const service_glyph = () =>
  s("svg", { class: "glyph", viewBox: "0 0 24 24", "aria-hidden": "true" },
    s("path", { d: "M12 2.500 22 11h-2.500v9.500a1 1 0 0 1-1 1h-13a1 1 0 0 1-1-1V11H2z", ...solid, "stroke-linejoin": "round" }),
    s("path", { d: "M12 11.200v7M8.500 14.700h7", stroke: "var(--halo)", "stroke-width": 2.200, "stroke-linecap": "round" }));

export const grid_glyph = () =>
  s("svg", { class: "glyph", viewBox: "0 0 24 24", "aria-hidden": "true" },
    s("path", { d: "M3 6 9.500 3.500l5.500 3 6-2V18l-6 2.500-5.500-3-6.500 2z", fill: "var(--load-2)", stroke: "var(--grid-chosen)", "stroke-width": 1.800, "stroke-linejoin": "round" }),
    s("path", { d: "M9.500 3.500v14M15 6.500v14", stroke: "var(--grid-chosen)", "stroke-width": 1.200 }));

export const pin_glyph = () =>
  s("svg", { class: "glyph", viewBox: "0 0 24 24", "aria-hidden": "true" },
    s("path", { d: "M12 1v22M1 12h22", stroke: "currentcolor", "stroke-width": 1.600 }),
    s("circle", { cx: 12, cy: 12, r: 5.500, fill: "var(--surface)", stroke: "currentcolor", "stroke-width": 2.200 }),
    s("circle", { cx: 12, cy: 12, r: 1.500, fill: "currentcolor" }));

const ICONS = {
  layers: "M12 3 2.500 8 12 13l9.500-5zM3.500 12.500 12 17l8.500-4.500M3.500 16.500 12 21l8.500-4.500",
  legend: "M4 6h2M4 12h2M4 18h2M10 6h10M10 12h10M10 18h10",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  home: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5M9 12h6M12 9v6",
  screen: "M8 3H3v5M16 3h5v5M8 21H3v-5M16 21h5v-5",
  moon: "M20 14.500A8.500 8.500 0 0 1 9.500 4a8.500 8.500 0 1 0 10.500 10.500z",
  sun: "M12 7.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.400 1.400M17.600 17.600 19 19M5 19l1.400-1.400M17.600 6.400 19 5",
  search: "M10.500 4a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM15.500 15.500 21 21",
  close: "M6 6l12 12M18 6 6 18",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  target: "M12 5a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM12 2v5M12 17v5M2 12h5M17 12h5",
  link: "M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.700-5.700l-1.200 1.200M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.700 5.700l1.200-1.200",
  phone: "M6 3h3l2 5-2.500 1.500a11 11 0 0 0 6 6L16 13l5 2v3a3 3 0 0 1-3 3A15 15 0 0 1 3 6a3 3 0 0 1 3-3z",
  play: "M7 4v16l13-8z",
  star: "M12 3l2.700 5.900 6.300.7-4.700 4.300 1.300 6.300L12 17l-5.600 3.200 1.300-6.300L3 9.600l6.300-.7z",
  sound: "M4 9.500v5h3.500L12 19V5L7.500 9.500zM15.500 9a4 4 0 0 1 0 6M18 6.500a8 8 0 0 1 0 11",
  muted: "M4 9.500v5h3.500L12 19V5L7.500 9.500zM16 9.500l5 5M21 9.500l-5 5",
  undo: "M9 4 4 9l5 5M4 9h10a5.500 5.500 0 0 1 0 11h-3",
  redo: "M15 4l5 5-5 5M20 9H10a5.500 5.500 0 0 0 0 11h3",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3.500 2",
  list: "M4 6h16M4 12h16M4 18h10",
};

export const icon = (name) => s("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" }, s("path", { d: ICONS[name] }));

// The connection: filled, half and hollow, not only green, yellow and red.
export function connection_glyph(state) {
  const filled = state === "live";
  return s("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" },
    s("circle", { cx: 8, cy: 8, r: 6, fill: filled ? null : "none", "stroke-width": 2 }),
    !filled && state !== "offline" && s("path", { d: "M8 2a6 6 0 0 1 0 12z", stroke: "none" }),
    state === "offline" && s("path", { d: "M4.500 4.500l7 7M11.500 4.500l-7 7", "stroke-width": 2 }));
}
