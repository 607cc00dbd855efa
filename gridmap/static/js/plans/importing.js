// A whole set of grids from a file: what would be mended is read first, then it becomes a plan.
import { Refused, send } from "../api.js";
import { by_id, h, replace } from "../dom.js";
import { t } from "../words.js";

const MOST_PLACES = 8;

export function importing() {
  const form = by_id("import");
  if (!form) return;
  const said = by_id("import-said");
  const go = async (preview) => {
    form.setAttribute("aria-busy", "true");
    for (const button of form.querySelectorAll("button")) button.disabled = true;
    replace(said, h("p", { class: "quiet", role: "status" }, t("import.reading")));
    try {
      const told = await send(`${form.dataset.url}${preview ? "?preview=true" : ""}`, filled(form));
      if (told.plan) location.assign(`${form.dataset.desk}/${told.plan.id}`);
      else replace(said, report(told, () => go(false)));
    } catch (error) {
      replace(said, wrong(error));
    } finally {
      form.removeAttribute("aria-busy");
      for (const button of form.querySelectorAll("button")) button.disabled = false;
    }
  };
  form.addEventListener("submit", (event) => { event.preventDefault(); go(true); });
  // What was read is no longer what would be sent.
  form.addEventListener("change", () => replace(said));
}

// Only what was filled in: the rest is the server's to choose.
function filled(form) {
  const body = new FormData();
  for (const [name, value] of new FormData(form)) if (name !== "csrf_token" && (value instanceof File ? value.size : value.trim())) body.append(name, value);
  return body;
}

function report(told, keep) {
  const left = told.problems.filter((one) => !one.unfinished).length;
  return [
    h("p", { role: "status", dataset: { testid: "import-report" } }, t("import.changes", { changed: told.changed.length, ended: told.ended.length })),
    told.repairs.length ? [h("h3", {}, t("import.repairs")), told.repairs.map(mended)] : h("p", {}, t("import.clean")),
    left > 0 && h("p", {}, t("import.left", { n: left })),
    h("button", { type: "button", class: "button primary", dataset: { testid: "import-keep" }, onclick: keep }, t("import.keep")),
  ];
}

const mended = ({ repair, count, area_m2, places }) => h("details", { class: "mended", dataset: { testid: "mended", repair } },
  h("summary", {}, h("strong", {}, t(`mend.${repair}`)), " · ", t("import.places", { n: count }), area_m2 > 0 && ` · ${t("unit.square_metres", { n: Math.round(area_m2 * 10) / 10 })}`),
  h("ul", {}, places.slice(0, MOST_PLACES).map(({ words }) => h("li", {}, words)), count > MOST_PLACES && h("li", {}, t("import.more", { n: count - MOST_PLACES }))));

function wrong(error) {
  if (!(error instanceof Refused)) return h("p", { class: "wrong", role: "alert" }, t("plan.unreachable"));
  const faults = error.problem?.errors ?? [];
  return h("div", { class: "wrong", role: "alert", dataset: { testid: "import-wrong" } }, h("p", {}, error.message), faults.length > 1 && h("ul", {}, faults.slice(0, MOST_PLACES).map(({ field, message }) => h("li", {}, field && `${field}: `, message))));
}
