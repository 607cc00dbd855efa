// What can be done with special zones: the tools, as tool_list.js has them for grids.
import { all_categories } from "../categories.js";
import { t } from "../words.js";
import { choice, word } from "./tool_fields.js";
import { takes, target } from "./zone_fields.js";

export const KINDS = ["school", "market", "hospital", "site", "park", "station", "estate", "other"];

// `here`: {codes, facts(code) of a zone, grids: those that may get its cases, categories: where to ask for them}.
const fields = async (here) => {
  const zone = here.facts(here.codes[0]);
  return [
    word("name", { value: zone?.name, needed: true }), word("name_en", { value: zone?.name_en }),
    choice("kind", KINDS.map((one) => [one, t(`zone.kind.${one}`)]), zone?.kind),
    takes(await all_categories(here.categories), zone?.takes ?? []),
    target(here.grids, zone?.target, { name: zone?.target_name, name_en: zone?.target_name_en }),
  ];
};
const said = ({ name, name_en, kind, takes: taken, target: to }) => ({ name, name_en, kind, takes: taken, target: to });

export const ZONE_TOOLS = {
  zone_draw: { deed: "zone", for: 0, trace: "outline", fields, body: (_, read) => ({ ...said(read), outline: read.outline }) },
  zone_change: { deed: "zone", for: 1, fields, body: ({ codes: [code] }, read) => ({ code, ...said(read) }) },
  zone_redraw: { deed: "zone", for: 1, trace: "outline", fields: () => [], body: ({ codes: [code] }, { outline }) => ({ code, outline }) },
  zone_end: { deed: "unzone", for: 1, fields: () => [], body: ({ codes: [code] }) => ({ code }) },
};
