// Open cases around one, the nearest first: what it may be the same as.
import { now } from "./times.js";
import { is_open, tone } from "./urgency.js";
import { category_name, distance, t } from "./words.js";

const WITHIN_M = 500;
const MOST = 12;

// `ask(bbox)`: a promise of the open cases there, as features.
export async function neighbours(ask, feature) {
  const at = feature.geometry?.coordinates;
  if (!at) return [];
  return (await ask(box(at)))
    .filter((one) => one.geometry && is_open(one.properties) && one.properties.number !== feature.properties.number)
    .map((one) => ({ one, metres: metres(at, one.geometry.coordinates) }))
    .filter(({ metres }) => metres <= WITHIN_M)
    .sort((a, b) => a.metres - b.metres)
    .slice(0, MOST)
    .map(({ one: { properties }, metres }) => ({ number: properties.number, words: [category_name(properties), distance(metres), t(`urgency.${tone(properties, now())}`)].join(" · ") }));
}

function box([lon, lat]) {
  const high = WITHIN_M / 111195;
  const wide = high / Math.cos((lat * Math.PI) / 180);
  return [lon - wide, lat - high, lon + wide, lat + high].map((degrees) => degrees.toFixed(6)).join(",");
}

// Good to a thousandth over such distances.
function metres([lon, lat], [east, north]) {
  const shrink = Math.cos((lat * Math.PI) / 180);
  return Math.hypot((east - lon) * shrink, north - lat) * 111195;
}
