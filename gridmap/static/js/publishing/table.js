// Every figure of every grid, before and after.
import { h, theirs } from "../dom.js";
import { name_of, t } from "../words.js";
import { FIGURES, compared, sums } from "./figures.js";
import { fate } from "./ground.js";

const MARKS = { more: "▲", less: "▼" };

export function figures_table(impact) {
  const row = (grid) => h("tr", { dataset: { testid: "impact-grid", code: grid.code } },
    h("th", { scope: "row" }, theirs(name_of(grid)), h("small", { class: "row-code" }, grid.code), mark(fate(grid.before, grid.after))),
    FIGURES.map((figure) => cell(compared(figure, grid.before, grid.after), figure.key)));
  return h("table", { class: "table figures impact-table", dataset: { testid: "impact-table" } },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("review.grid")), FIGURES.map(({ key }) => h("th", { scope: "col", title: t(`review.figure.${key}.long`) }, t(`review.figure.${key}`))))),
    h("tbody", {}, impact.grids.map(row)),
    impact.grids.length > 1 && h("tfoot", {}, total(impact.grids)));
}

function cell({ now, was, sign, by }, key) {
  return h("td", { class: `is-${sign}`, dataset: { key } },
    h("span", { class: "cell-now" }, now),
    by && h("span", { class: "cell-was" }, h("span", { class: "cell-sign", "aria-hidden": "true" }, MARKS[sign]), h("span", { class: "visually-hidden" }, t(`review.sign.${sign}`)), by),
    sign === "gone" && h("span", { class: "cell-was" }, t("review.was", { was })));
}

const mark = (kind) => h("span", { class: `fate is-${kind}` }, t(`review.fate.${kind}`));

function total(grids) {
  const [before, after] = [sums(grids, "before"), sums(grids, "after")];
  return h("tr", {}, h("th", { scope: "row" }, t("review.total")), FIGURES.map((figure) => (figure.adds ? cell(compared(figure, before, after), figure.key) : h("td", {}))));
}
