// What tools ask about around the chosen grids: their facts, neighbours, the villages there are, the open cases on their ground.
import { get } from "../api.js";
import { bounds_of } from "./places.js";
import { spread } from "./spreading.js";

const MOST_CASES = 10_000;
const VILLAGE_DIGITS = 12;

// Returns `here(codes)`; see the list of tools.
export function surroundings(draft, urls, town) {
  const { topology } = draft;
  let villages = null;
  const facts = (code) => topology.grids.get(code)?.facts;
  const all_villages = () => (villages ??= get(urls.grids, { level: "village" }).then(({ features }) => features.map(({ properties }) => properties).filter(({ code }) => code.startsWith(town)))
    .catch((error) => { villages = null; throw error; }));
  const box = (codes) => bounds_of(codes.flatMap((code) => topology.polygons(code).flat(2)));
  const open_cases = async (codes) => {
    const { features } = await get(urls.cases, { state: "open", bbox: box(codes).join(","), limit: MOST_CASES });
    return features.filter(({ geometry }) => geometry).map(({ geometry: { coordinates: [lon, lat] } }) => [lon, lat, 1]);
  };
  // Of one grid that was never counted nobody knows what it weighs: then there is nothing to go by.
  const households = async (codes) => {
    const { households: counted } = await get(urls.households, { within: codes[0].slice(0, VILLAGE_DIGITS) });
    const by_code = new Map(counted.map((one) => [one.code, one.households]));
    return codes.every((code) => by_code.has(code)) ? spread(codes.map((code) => ({ polygons: topology.polygons(code), households: by_code.get(code) }))) : [];
  };
  const candidates = (code) => get(`${draft.url}/heads`, { code }).then((answer) => answer.candidates);
  return (codes) => ({
    codes, facts, box, open_cases, households, candidates, villages: all_villages,
    all: [...topology.grids.keys()].filter((code) => facts(code).drawn),
    neighbours: (code) => topology.neighbours(code).filter((other) => facts(other).drawn),
  });
}
