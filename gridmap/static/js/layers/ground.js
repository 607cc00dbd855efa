// What lies under everything when there is no base map: a quiet pattern that moves with the map.
import { h } from "../dom.js";
import { pane } from "./spots.js";

const { L } = window;

export function ground(map) {
  const Ground = L.GridLayer.extend({ createTile: () => h("div", { class: "ground-tile" }) });
  return new Ground({ pane: pane(map, "ground", 100, false), updateWhenZooming: false }).addTo(map);
}

// Base maps from the settings; none is shown until somebody asks for one.
export function base_maps(map, known) {
  let shown = null;
  const attribution = h("div", { class: "attribution", hidden: true });
  map.getContainer().after(attribution);
  return {
    known,
    get shown() { return known.indexOf(shown); },
    show(index) {
      if (shown) map.removeLayer(shown.layer);
      shown = known[index] ?? null;
      if (shown) shown.layer.addTo(map);
      map.getContainer().classList.toggle("over-base-map", shown !== null);
      attribution.textContent = shown?.layer.options.attribution?.trim() ?? "";
      attribution.hidden = !attribution.textContent;
    },
  };
}
