// Points with a place of their own: only those in view stand on the map.
import { signal } from "../signal.js";
import { name_of } from "../words.js";
import { Spot, pane, refresh } from "./spots.js";

const { L } = window;
const MOST = 800;

export class Places {
  // `id_of(facts)`, `build(facts, {far, chosen})`: how one is named and drawn. From `near_zoom` on they are drawn in full.
  constructor(map, { name, z, id_of, build, near_zoom, first_zoom = 0 }) {
    Object.assign(this, { map, id_of, build, near_zoom, first_zoom });
    this.features = new Map();
    this.markers = new Map();
    this.on = false;
    this.clicked = signal();
    this.pane = pane(map, name, z);
    map.on("moveend", () => this.draw());
  }

  take(features) {
    this.features = new Map(features.map((feature) => [this.id_of(feature.properties), feature]));
    this.#clear();
    this.draw();
  }

  change(id, facts) {
    const feature = this.features.get(id);
    if (!feature) return;
    Object.assign(feature.properties, facts);
    const marker = this.markers.get(id);
    if (marker) refresh(marker);
  }

  show(on) {
    this.on = on;
    this.draw();
  }

  choose(id) {
    const before = this.chosen;
    this.chosen = id;
    for (const one of [before, id]) if (this.markers.has(one)) refresh(this.markers.get(one));
    this.draw();
  }

  get far() {
    return this.map.getZoom() < this.near_zoom;
  }

  in_view() {
    const view = this.map.getBounds().pad(0.1);
    return [...this.features].filter(([, { geometry }]) => view.contains([geometry.coordinates[1], geometry.coordinates[0]])).slice(0, MOST);
  }

  draw() {
    const shown = this.on && this.map.getZoom() >= this.first_zoom;
    const wanted = new Map(shown ? this.in_view() : []);
    if (this.chosen && this.features.has(this.chosen)) wanted.set(this.chosen, this.features.get(this.chosen));
    for (const [id, marker] of this.markers) if (!wanted.has(id)) { marker.remove(); this.markers.delete(id); }
    if (this.far !== this.was_far) this.markers.forEach(refresh);
    this.was_far = this.far;
    for (const [id, feature] of wanted) if (!this.markers.has(id)) this.markers.set(id, this.#marker(id, feature));
  }

  #clear() {
    this.markers.forEach((marker) => marker.remove());
    this.markers.clear();
  }

  #marker(id, feature) {
    const [lon, lat] = feature.geometry.coordinates;
    const build = () => this.build(feature.properties, { far: this.far, chosen: this.chosen === id });
    const icon = new Spot({ build, label: name_of(feature.properties) });
    return L.marker([lat, lon], { icon, pane: this.pane }).on("click", () => this.clicked.emit(id)).addTo(this.map);
  }
}
