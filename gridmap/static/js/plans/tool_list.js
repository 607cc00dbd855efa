// Every tool: for how many chosen grids it is, what it asks for, whether something is drawn, and the deed's body it comes to.
import { name_of, t } from "../words.js";
import { along, choice, head, number, weights, word } from "./tool_fields.js";

const MOST_PARTS = 20;
const MOST_GRIDS = 100;
const VILLAGE_DIGITS = 12;
const village_of = (code) => code.slice(0, VILLAGE_DIGITS);

// `here`: {codes, facts(code), neighbours(code), box(codes), villages(): a promise of [{code, name, name_en}], candidates(code): one of
// who could head a grid, open_cases(codes), households(codes): one of points that weigh}.
const named = (here, codes) => codes.map((code) => [code, name_of(here.facts(code) ?? { code })]);
const keeps = () => choice("keep", [["largest", t("tool.keep.largest")], ["none", t("tool.keep.none")]]);

export const TOOLS = {
  split: {
    for: 1, trace: "line", fields: () => [keeps()],
    body: ({ codes: [code] }, { keep, line }) => ({ code, line, keep }),
  },
  divide: {
    for: 1, fields: (here) => [number("parts", { value: 2, least: 2, most: MOST_PARTS }), weights({ cases: () => here.open_cases(here.codes) }), along(() => here.box(here.codes)), keeps()],
    body: ({ codes: [code] }, { parts, points, lines, keep }) => ({ code, parts, points, lines, keep }),
  },
  redraw: { for: 1, trace: "outline", fields: () => [], body: ({ codes: [code] }, { outline }) => ({ code, outline }) },
  assign: {
    for: 1, trace: "outline", fields: (here) => [choice("to", named(here, here.neighbours(here.codes[0])))],
    body: ({ codes: [code] }, { outline, to }) => ({ code, piece: outline, to }),
  },
  merge: {
    for: 2, fields: (here) => [choice("into", named(here, here.codes))],
    body: ({ codes }, { into }) => ({ codes, into }),
  },
  rename: {
    for: 1, plain: true, fields: (here) => [word("name", { value: here.facts(here.codes[0]).name, needed: true }), word("name_en", { value: here.facts(here.codes[0]).name_en })],
    body: ({ codes: [code] }, { name, name_en }) => ({ code, name, name_en }),
  },
  head: {
    for: 1, plain: true, fields: async (here) => [head({ candidates: await here.candidates(here.codes[0]), ...here.facts(here.codes[0]).head })],
    body: ({ codes: [code] }, { who }) => ({ code, ...who }),
  },
  rehome: {
    for: 1, fields: async (here) => [choice("village", (await here.villages()).filter(({ code }) => code !== village_of(here.codes[0])).map((one) => [one.code, name_of(one)]))],
    body: ({ codes: [code] }, { village }) => ({ code, village }),
  },
  propose: {
    for: 0,
    fields: async (here) => {
      const village = choice("village", await own_villages(here));
      const own = () => here.all.filter((code) => village_of(code) === village.read());
      const known = { cases: () => here.open_cases(own()), households: () => here.households(own()) };
      return [village, number("parts", { value: 4, least: 2, most: MOST_GRIDS }), weights(known), along(() => here.box(own()))];
    },
    body: (_, { village, parts, points, lines }) => ({ village, parts, points, lines }),
  },
  renumber: {
    for: 0, fields: async (here) => [choice("village", await own_villages(here))],
    body: (_, { village }) => ({ village }),
  },
};

// Those that have micro-grids the plan may draw.
async function own_villages(here) {
  const there = new Set(here.all.map(village_of));
  return (await here.villages()).filter(({ code }) => there.has(code)).map((one) => [one.code, name_of(one)]);
}
