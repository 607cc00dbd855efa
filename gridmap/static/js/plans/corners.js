// The corners and edges of some grids, each once, in the order of their rings. Pure.
import { area_m2, key_of } from "./places.js";

const ROUNDING_M2 = 1;

export function corners_of(topology, codes) {
  const corners = new Map(); // key -> place
  const edges = new Map(); // keys of both ends -> [place, place]
  for (const ring of codes.flatMap((code) => topology.polygons(code).flat())) {
    ring.slice(0, -1).forEach((place, index) => {
      const next = ring[index + 1];
      const ends = [key_of(place), key_of(next)];
      corners.set(ends[0], place);
      if (!edges.has(ends.toReversed().join(" "))) edges.set(ends.join(" "), [place, next]);
    });
  }
  return { corners, edges };
}

// The corner after (1) or before (-1) one, in the order of the rings, round and round; of those that `fit`.
export function beside(corners, key, way, fit = () => true) {
  const keys = [...corners.keys()].filter((one) => one === key || fit(one));
  const index = keys.indexOf(key);
  return index < 0 ? keys[0] : keys[(index + way + keys.length) % keys.length];
}

// Whether a grid's polygons only got corners on their borders: a neighbour's new border ends there.
export function only_corners(before, after) {
  const there = new Set(after.flat(2).map(key_of));
  const size = (polygons) => polygons.reduce((sum, rings) => sum + area_m2(rings), 0);
  return before.flat(2).every((place) => there.has(key_of(place))) && Math.abs(size(before) - size(after)) <= ROUNDING_M2;
}
