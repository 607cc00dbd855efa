// What tools ask about around the chosen grids: their facts, neighbours, the villages there are, the open cases on their ground.
import { get } from "../api.js";
import { bounds_of } from "./places.js";

const MOST_CASES = 10_000;

// Returns `here(codes)`; see the list of tools.
export function surroundings(draft, urls, town) {
  const { topology } = draft;
  let villages = null;
  const facts = (code) => topology.grids.get(code)?.facts;
  const all_villages = () => (villages ??= get(urls.grids, { level: "village" }).then(({ features }) => features.map(({ properties }) => properties).filter(({ code }) => code.startsWith(town)))
    .catch((error) => { villages = null; throw error; }));
  const open_cases = async (codes) => {
    const box = bounds_of(codes.flatMap((code) => topology.polygons(code).flat(2)));
    const { features } = await get(urls.cases, { state: "open", bbox: box.join(","), limit: MOST_CASES });
    return features.filter(({ geometry }) => geometry).map(({ geometry: { coordinates: [lon, lat] } }) => [lon, lat, 1]);
  };
  return (codes) => ({
    codes, facts, open_cases, villages: all_villages,
    all: [...topology.grids.keys()].filter((code) => facts(code).drawn),
    neighbours: (code) => topology.neighbours(code).filter((other) => facts(other).drawn),
  });
}
