// Lines from a GeoJSON file along which ground is divided: roads, streams. Pure.

const MOST_LINES = 500; // As the server takes them, and so many places each.
const MOST_PLACES = 5000;
const WGS84 = /CRS84|EPSG:{1,2}4326/i;

// {lines: [[[lon, lat], …], …], wrong: why it is no such file (a word's key), or null}; only lines that come near the box
// [west, south, east, north] are taken.
export function roads(text, box) {
  const data = parsed(text);
  if (!data) return { lines: [], wrong: "unreadable" };
  if (data.crs && !WGS84.test(JSON.stringify(data.crs))) return { lines: [], wrong: "datum" };
  const there = geometries(data).flatMap(lines_of);
  if (!there.length) return { lines: [], wrong: "no_lines" };
  if (!there.flat().every(is_place)) return { lines: [], wrong: "datum" };
  const lines = there.map((line) => line.map(([lon, lat]) => [lon, lat])).filter((line) => line.length > 1 && near(line, box));
  if (!lines.length) return { lines, wrong: "elsewhere" };
  return lines.length > MOST_LINES || lines.some((line) => line.length > MOST_PLACES) ? { lines: [], wrong: "too_many" } : { lines, wrong: null };
}

function parsed(text) {
  try { return JSON.parse(text); } catch { return null; }
}

function geometries(data) {
  if (Array.isArray(data.features)) return data.features.flatMap((feature) => (feature?.geometry ? geometries(feature.geometry) : []));
  if (data.geometry) return geometries(data.geometry);
  return Array.isArray(data.geometries) ? data.geometries.flatMap(geometries) : [data];
}

const lines_of = ({ type, coordinates }) => (type === "LineString" ? [coordinates] : type === "MultiLineString" ? coordinates : []);
const is_place = (place) => Array.isArray(place) && Math.abs(place[0]) <= 180 && Math.abs(place[1]) <= 90;

function near(line, [west, south, east, north]) {
  const [lons, lats] = [0, 1].map((axis) => line.map((place) => place[axis]));
  return Math.max(...lons) >= west && Math.min(...lons) <= east && Math.max(...lats) >= south && Math.min(...lats) <= north;
}
