// What was counted for a whole grid, as points that weigh: spread evenly over its ground, for nobody knows where in it. Pure.
import { bounds_of } from "./places.js";

const MOST = 20_000; // Points of all grids together, as the server takes them.
const A_GRID = 64;

// `counted`: [{polygons, households}, …], polygons as lists of rings of [lon, lat]; returns [[lon, lat, weight], …].
export function spread(counted) {
  const each = Math.max(1, Math.min(A_GRID, Math.floor(MOST / Math.max(counted.length, 1))));
  return counted.filter(({ households }) => households > 0).flatMap(({ polygons, households }) => {
    const places = within(polygons, each);
    return places.map(([lon, lat]) => [lon, lat, households / places.length]);
  });
}

// At most so many places on a lattice within; at least one, on the ground's first corner where it is too thin for any.
function within(polygons, most) {
  const [west, south, east, north] = bounds_of(polygons.flat(2));
  const side = Math.max(1, Math.floor(Math.sqrt(most)));
  const steps = [...Array(side).keys()].map((index) => (index + 0.5) / side);
  const lattice = steps.flatMap((x) => steps.map((y) => [west + (east - west) * x, south + (north - south) * y]));
  const found = lattice.filter((place) => polygons.some((rings) => inside(place, rings)));
  return found.length ? found : [polygons[0][0][0]];
}

// Crossings of a ray eastwards: odd within; a hole's ring takes its ground out again.
function inside([x, y], rings) {
  const crosses = ([x1, y1], [x2, y2]) => y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1);
  return rings.reduce((sum, ring) => sum + ring.filter((place, index) => crosses(place, ring[(index + 1) % ring.length])).length, 0) % 2 === 1;
}
