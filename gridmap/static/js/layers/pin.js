// A place that was searched for.
import { h } from "../dom.js";
import { pin_glyph } from "../glyphs.js";
import { Spot, pane } from "./spots.js";

const { L } = window;

export function pin(map, selection) {
  const icon = new Spot({ build: () => h("span", { class: "pin-mark" }, pin_glyph()) });
  const marker = L.marker([0, 0], { icon, pane: pane(map, "pin", 640, false), interactive: false, keyboard: false });
  selection.changed.on((chosen) => {
    const [lon, lat] = chosen?.kind === "place" ? chosen.id.split(",").map(Number) : [];
    if (Number.isFinite(lat)) marker.setLatLng([lat, lon]).addTo(map);
    else marker.remove();
  });
}
