// Marks a place where nothing else does: one that was searched for, or that of a chosen case which is not among those drawn.
import { h } from "../dom.js";
import { pin_glyph } from "../glyphs.js";
import { Spot, pane } from "./spots.js";

const { L } = window;

// `pin(map)` answers `put([lon, lat])`; null takes it away.
export function pin(map) {
  const icon = new Spot({ build: () => h("span", { class: "pin-mark" }, pin_glyph()) });
  const marker = L.marker([0, 0], { icon, pane: pane(map, "pin", 640, false), interactive: false, keyboard: false });
  return (place) => {
    if (place) marker.setLatLng([place[1], place[0]]).addTo(map);
    else marker.remove();
  };
}
