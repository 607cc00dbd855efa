// Where ground went, in words.
import { h, theirs } from "../dom.js";
import { t } from "../words.js";

// A sliver is not nothing, and what is left of a grid after one not all of it.
export function percent(share) {
  if (share > 0 && share < 0.01) return "<1";
  if (share < 1 && share > 0.99) return ">99";
  return String(Math.round(share * 100));
}

// `row` as the API tells it; `name(code)` a node or words for a grid.
export function strand(row, name) {
  const kind = row.kind === "reshape" && row.from_code === row.to_code ? "kept" : row.kind;
  const cases = row.cases ? t("lineage.cases", { n: row.cases }) : "";
  return filled(t(`lineage.${kind}`, { share: percent(row.area_share), from: "\u0001", to: "\u0002" }), { "\u0001": name(row.from_code), "\u0002": row.to_code && name(row.to_code) }, cases);
}

// The words with nodes in the places that were left for them.
function filled(words, nodes, more) {
  return h("span", {}, words.split(/([\u0001\u0002])/).map((part) => nodes[part] ?? part), more);
}

export const plain_name = (names) => (code) => theirs(names.get(code) ?? code);
