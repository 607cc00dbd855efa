// The plan's grids as labels want them: their names, and where there is most room for one.
import { bounds_of } from "./places.js";

const ROWS = 5;

export function labelled(topology) {
  return [...topology.grids].map(([code, { facts }]) => {
    const polygons = topology.polygons(code);
    return { properties: { ...facts, level: "micro", label: widest_place(largest(polygons)) }, geometry: { type: "MultiPolygon", coordinates: polygons } };
  });
}

const largest = (polygons) => polygons.map(([outer]) => outer).sort((one, other) => other.length - one.length)[0];

// The middle of the widest stretch a level line runs inside a ring, of some lines near its middle.
export function widest_place(ring) {
  const [, south, , north] = bounds_of(ring);
  const stretches = Array.from({ length: ROWS }, (_, row) => south + ((north - south) * (row + 2)) / (ROWS + 3)).flatMap((lat) => across(ring, lat));
  const [from, to, lat] = stretches.sort((one, other) => other[1] - other[0] - (one[1] - one[0]))[0];
  return [(from + to) / 2, lat];
}

// Where a level line enters and leaves a ring.
function across(ring, lat) {
  const cuts = ring.slice(0, -1).flatMap(([x, y], index) => {
    const [u, v] = ring[index + 1];
    return (y > lat) === (v > lat) ? [] : [x + ((lat - y) / (v - y)) * (u - x)];
  }).sort((one, other) => one - other);
  return cuts.flatMap((from, index) => (index % 2 ? [] : [[from, cuts[index + 1], lat]]));
}
