// The town: where the map opens, what it is called, and whether it is the invented one.
import { get } from "./api.js";
import { by_id, h } from "./dom.js";
import { name_of, t } from "./words.js";

const { L } = window;
const NOWHERE = [[18, 74], [53, 134]]; // Without a town: the country.

export async function town(map, url, view) {
  const features = await get(url, { level: "town" }).then((answer) => answer.features, () => null);
  const bounds = L.latLngBounds([]);
  for (const feature of features ?? []) bounds.extend(L.geoJSON(feature).getBounds());
  const home = () => map.fitBounds(bounds.isValid() ? bounds : NOWHERE, { paddingTopLeft: [64, 56], paddingBottomRight: [24, 40] });
  if (view) map.setView([view.lat, view.lon], view.zoom, { animate: false });
  else home();
  by_id("town-name").textContent = (features ?? []).map((feature) => name_of(feature.properties)).join(t("sign.comma"));
  if (features === null) notice(t("notice.no_server"), "");
  else if (!features.length) notice(t("notice.no_grids"), t("notice.no_grids.hint"));
  else if (features.some((feature) => invented(feature.properties))) notice(t("notice.demo"), t("notice.demo.long"));
  return home;
}

// The demo town's people are plainly invented; real heads of grids are not called so.
const invented = (facts) => facts.synthetic === true || (facts.head?.name ?? "").startsWith("示例");

function notice(title, words) {
  by_id("stage-top").append(h("p", { class: "notice", dataset: { testid: "notice" } }, h("strong", {}, title), words && h("span", {}, ` · ${words}`)));
}
