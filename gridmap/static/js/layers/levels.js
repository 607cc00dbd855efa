// The three levels: from which zoom each is the one that matters, and how its load of open cases is graded.
export const LEVELS = ["town", "village", "micro"];
export const FIRST_ZOOM = { town: 0, village: 12, micro: 14 };
export const LINES = {
  town: { color: "var(--town-line)", weight: 2.5 },
  village: { color: "var(--village-line)", weight: 1.6 },
  micro: { color: "var(--grid-line)", weight: 0.8 },
};
const STEPS = { micro: [1, 2, 4, 8], village: [1, 3, 6, 12], town: [1, 50, 200, 1000] };

// Between two whole zooms the nearer one decides, as it does for the tiles.
export const level_of = (zoom) => LEVELS.findLast((level) => Math.round(zoom) >= FIRST_ZOOM[level]);
export const load_step = (level, open) => STEPS[level].filter((at_least) => open >= at_least).length;
export const steps_of = (level) => STEPS[level];
