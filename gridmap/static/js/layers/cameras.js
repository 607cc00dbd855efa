// Cameras: a mark, and from close by the ground each one sees.
import { h } from "../dom.js";
import { camera_glyph } from "../glyphs.js";
import { Places } from "./places.js";
import { pane } from "./spots.js";

const { L } = window;
const SECTORS_FROM = 15;

export class Cameras extends Places {
  constructor(map) {
    super(map, {
      name: "cameras", z: 600, near_zoom: SECTORS_FROM, first_zoom: 13, id_of: (facts) => facts.id,
      build: (facts, { far, chosen }) =>
        h("span", { class: `camera-mark ${facts.state} ${far ? "far" : ""} ${chosen ? "chosen" : ""}`, dataset: { camera: facts.id } }, far && !chosen ? h("i", { class: "dot" }) : camera_glyph(facts.state)),
    });
    this.sectors = L.layerGroup([], { pane: pane(map, "sectors", 350, false) }).addTo(map);
  }

  draw() {
    super.draw();
    if (!this.sectors) return;
    this.sectors.clearLayers();
    for (const [id, feature] of this.features) {
      const near = this.on && !this.far && this.markers.has(id);
      if (!feature.properties.view || !(near || id === this.chosen)) continue;
      const offline = feature.properties.state === "offline";
      L.geoJSON(feature.properties.view, {
        pane: "sectors", interactive: false,
        style: { color: offline ? "var(--ink-3)" : "var(--camera)", weight: id === this.chosen ? 2 : 1, opacity: 0.8, dashArray: offline ? "4 4" : null, fillColor: "var(--camera)", fillOpacity: offline ? 0 : id === this.chosen ? 0.3 : 0.16 },
      }).addTo(this.sectors);
    }
  }
}
