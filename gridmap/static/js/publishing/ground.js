// The ground a change touches, before and after: which grids, and the box around them. Pure.

// Where a grid has changed hands, `side` ("before" or "after") of the differences stands in its place; the others stay.
export function seen(in_force, differences, side) {
  const other = new Map(differences.map((one) => [one.code, one[side]]));
  const staying = in_force.filter((grid) => !other.has(grid.id));
  return [...staying, ...[...other.values()].filter((grid) => grid?.geometry)];
}

const ROUNDING_M2 = 0.2; // Areas are told to a tenth of a square metre.

// new: only after; gone: only before; changed: it lost or won ground; kept: a name, or a corner on its border, is all there is.
export function fate(before, after) {
  if (!before) return "new";
  if (!after) return "gone";
  return Math.abs(before.area_m2 - after.area_m2) <= ROUNDING_M2 ? "kept" : "changed";
}

// What becomes of a special zone: it keeps its ground, or its words, and is changed all the same.
export const zone_fate = ({ before, after }) => (before && after ? "changed" : after ? "new" : "gone");

// [west, south, east, north] of features, degrees; null where there are none.
export function box_of(features) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const walk = (part) => {
    if (typeof part[0] !== "number") { part.forEach(walk); return; }
    box[0] = Math.min(box[0], part[0]);
    box[1] = Math.min(box[1], part[1]);
    box[2] = Math.max(box[2], part[0]);
    box[3] = Math.max(box[3], part[1]);
  };
  for (const { geometry } of features) if (geometry) walk(geometry.coordinates);
  return Number.isFinite(box[0]) ? box : null;
}

export const AMONG_GRIDS = 8; // A zone is small: only by the grids around it does one see where it lies.

// The same with some ground around it, as an address asks for it.
export function around([west, south, east, north], share = 0.25) {
  const wide = Math.max(east - west, 0.001) * share;
  const high = Math.max(north - south, 0.001) * share;
  return [west - wide, south - high, east + wide, north + high].map((degrees) => degrees.toFixed(6)).join(",");
}
