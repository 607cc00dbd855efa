// Where a plan is too large to be fetched at once: its villages, so that one sees where to go.
import { get } from "../api.js";
import { h, theirs } from "../dom.js";
import { Spot, pane } from "../layers/spots.js";
import { name_of } from "../words.js";

const { L } = window;

// `near`: the zoom from which the micro-grids themselves are there.
export async function backdrop(map, url, ground, near) {
  const { features } = await get(url, { level: "village" });
  const own = features.filter(({ properties }) => properties.code.startsWith(ground));
  const lines = pane(map, "plan-villages", 240, false);
  L.geoJSON(own, { pane: lines, interactive: false, style: { className: "plan-line village", weight: 2, fill: false } }).addTo(map);
  const names = L.layerGroup(own.map(({ properties }) => {
    const icon = new Spot({ build: () => h("span", { class: "grid-label village" }, theirs(name_of(properties))) });
    return L.marker([properties.label[1], properties.label[0]], { icon, pane: lines, interactive: false, keyboard: false });
  }));
  const show = () => { if (map.getZoom() < near) names.addTo(map); else names.remove(); };
  map.on("zoomend", show);
  show();
}
