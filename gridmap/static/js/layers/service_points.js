// Party-and-people service points, and the square kilometre around each.
import { h } from "../dom.js";
import { service_glyph } from "../glyphs.js";
import { Places } from "./places.js";
import { pane } from "./spots.js";

const { L } = window;

export class ServicePoints extends Places {
  constructor(map) {
    super(map, {
      name: "services", z: 605, near_zoom: 14, first_zoom: 12, id_of: (facts) => facts.code,
      build: (facts, { far, chosen }) => h("span", { class: `service-mark ${far ? "far" : ""} ${chosen ? "chosen" : ""}`, dataset: { service: facts.code } }, far && !chosen ? h("i", { class: "dot" }) : service_glyph()),
    });
  }
}

export class Circles {
  constructor(map) {
    this.map = map;
    this.layer = L.geoJSON([], {
      pane: pane(map, "circles", 340, false), interactive: false,
      style: { color: "var(--service)", weight: 1.2, opacity: 0.75, dashArray: "5 4", fillColor: "var(--service)", fillOpacity: 0.07 },
    });
  }

  take(features) {
    this.layer.clearLayers().addData({ type: "FeatureCollection", features });
  }

  show(on) {
    if (on) this.layer.addTo(this.map);
    else this.layer.remove();
  }
}
