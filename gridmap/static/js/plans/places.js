// Places as plans know them: [lon, lat], degrees WGS-84, 8 decimals. Two grids share a corner when its numbers are equal.
const DECIMALS = 8;
const METRES_A_DEGREE = 111_320;

export const rounded = ([lon, lat]) => [Number(lon.toFixed(DECIMALS)), Number(lat.toFixed(DECIMALS))];
export const key_of = ([lon, lat]) => `${lon.toFixed(DECIMALS)},${lat.toFixed(DECIMALS)}`;
export const same = (one, other) => key_of(one) === key_of(other);
export const middle = ([x, y], [u, v]) => rounded([(x + u) / 2, (y + v) / 2]);
export const lat_lng = ([lon, lat]) => [lat, lon];
export const place_of = ({ lat, lng }) => rounded([lng, lat]);

// So many metres east and north of a place; near enough for a step of a key.
export function moved([lon, lat], east_m, north_m) {
  return rounded([lon + east_m / (METRES_A_DEGREE * Math.cos((lat * Math.PI) / 180)), lat + north_m / METRES_A_DEGREE]);
}

// How far apart two near places are, in metres.
export function apart_m([x, y], [u, v]) {
  return METRES_A_DEGREE * Math.hypot((u - x) * Math.cos((((y + v) / 2) * Math.PI) / 180), v - y);
}

// The box around places: [west, south, east, north].
export function bounds_of(places) {
  const [lons, lats] = [0, 1].map((axis) => places.map((place) => place[axis]));
  return [lons, lats].map((values) => values.reduce((least, value) => Math.min(least, value), Infinity))
    .concat([lons, lats].map((values) => values.reduce((most, value) => Math.max(most, value), -Infinity)));
}

const EARTH_M = 6_371_008.8;

// The area of a polygon's rings, the outer one first, in square metres on a sphere of the Earth's size: within half a per cent.
export function area_m2(rings) {
  const [outer, ...holes] = rings.map(ring_m2);
  return holes.reduce((left, hole) => left - hole, outer);
}

function ring_m2(ring) {
  const radians = (degrees) => (degrees * Math.PI) / 180;
  const sum = ring.reduce((total, [lon, lat], index) => {
    const [next_lon, next_lat] = ring[(index + 1) % ring.length];
    return total + radians(next_lon - lon) * (2 + Math.sin(radians(lat)) + Math.sin(radians(next_lat)));
  }, 0);
  return Math.abs((sum * EARTH_M ** 2) / 2);
}
