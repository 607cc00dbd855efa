// The three levels: from which zoom each is the one that matters, and how its lines are drawn.
export const LEVELS = ["town", "village", "micro"];
export const FIRST_ZOOM = { town: 0, village: 12, micro: 14 };
export const LINES = {
  town: { color: "var(--town-line)", weight: 2.5 },
  village: { color: "var(--village-line)", weight: 1.6 },
  micro: { color: "var(--grid-line)", weight: 0.8 },
};

// Between two whole zooms the nearer one decides, as it does for the tiles.
export const level_of = (zoom) => LEVELS.findLast((level) => Math.round(zoom) >= FIRST_ZOOM[level]);
