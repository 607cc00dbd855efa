// Two steps laid over each other: what differs, as it was and as it became.
import { get } from "../api.js";
import { by_id, h, replace } from "../dom.js";
import { pane } from "../layers/spots.js";
import { t } from "../words.js";

const { L } = window;

export class Difference {
  constructor(map, url) {
    Object.assign(this, { map, url });
    this.pane = pane(map, "plan-difference", 320, false);
    this.shapes = L.layerGroup([]).addTo(map);
    this.strip = h("div", { class: "strip", role: "status", hidden: true, dataset: { testid: "difference" } });
    by_id("stage-top").append(this.strip);
  }

  async show(from, to) {
    const [earlier, later] = [from, to].sort((one, other) => one - other);
    const { differences, zones } = await get(`${this.url}/compare`, { from: earlier, to: later });
    this.close();
    for (const [kind, { before, after }] of [...differences.map((one) => ["", one]), ...zones.map((one) => ["of-zone", one])]) {
      this.#draw(before, `before ${kind}`);
      this.#draw(after, `after ${kind}`);
    }
    replace(this.strip,
      h("span", {}, t("plan.compare", { from: earlier, to: later, n: differences.length }), zones.length > 0 && t("plan.compare.zones", { n: zones.length })),
      h("span", { class: "key before" }, t("plan.compare.before")), h("span", { class: "key after" }, t("plan.compare.after")),
      h("button", { type: "button", class: "deed small", dataset: { testid: "difference-close" }, onclick: () => this.close() }, t("card.close")));
    this.strip.hidden = false;
    const bounds = L.latLngBounds([]);
    this.shapes.eachLayer((shape) => bounds.extend(shape.getBounds()));
    if (bounds.isValid() && !this.map.getBounds().contains(bounds)) this.map.fitBounds(bounds, { padding: [40, 40], maxZoom: 17 });
  }

  close() {
    this.shapes.clearLayers();
    this.strip.hidden = true;
  }

  #draw(grid, when) {
    if (grid?.geometry) L.geoJSON(grid, { pane: this.pane, interactive: false, style: { className: `plan-difference ${when}`, fill: when.startsWith("after") } }).addTo(this.shapes);
  }
}
