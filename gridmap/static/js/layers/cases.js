// Cases on the map: marks by state and urgency, clusters that count exactly, or heat.
import { h, s } from "../dom.js";
import { case_glyph } from "../glyphs.js";
import { signal } from "../signal.js";
import { now } from "../times.js";
import { tone } from "../urgency.js";
import { category_name, t } from "../words.js";
import { Spot, crowd_rem, pane, refresh, rem } from "./spots.js";

const { L } = window;
// One hue from pale to deep, so that it reads without colour too.
const HEAT = { 0.15: "#ffe9a8", 0.45: "#f7a64a", 0.75: "#d9502e", 1: "#8f1420" };
const FLASH_MS = 6500;

// The heat map reads its canvas back at every drawing; a browser wants to be told beforehand, and says so in the console.
const { simpleheat } = window;
window.simpleheat = (canvas) => { canvas.getContext("2d", { willReadFrequently: true }); return simpleheat(canvas); };

export class Cases {
  constructor(map) {
    this.map = map;
    this.clicked = signal();
    this.changed = signal(); // Where clusters stand.
    this.markers = new Map();
    this.fresh = new Set();
    this.chosen = null;
    pane(map, "cases", 620);
    this.group = L.markerClusterGroup({
      clusterPane: "cases", chunkedLoading: true, chunkProgress: () => this.changed.emit(), showCoverageOnHover: false, maxClusterRadius: () => Math.round(rem() * 2.8),
      spiderLegPolylineOptions: { weight: 1.5, color: "var(--ink-3)", opacity: 1 },
      animate: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      iconCreateFunction: (cluster) => this.#cluster_icon(cluster.getAllChildMarkers().map((marker) => marker.options.feature)),
    });
    this.group.on("animationend", () => this.changed.emit());
    this.counted = L.layerGroup();
    this.heat = L.heatLayer([], { radius: Math.round(rem() * 1.8), blur: Math.round(rem() * 1.4), minOpacity: 0.15, maxZoom: 16, max: 1, gradient: HEAT });
    this.shown = { marks: true, heat: false };
  }

  // The clusters that can be seen: {lon, lat, n}. Crowds counted elsewhere are not among them.
  get crowds() {
    if (!this.map.hasLayer(this.group)) return [];
    const seen = new Set([...this.markers.values()].map((marker) => this.group.getVisibleParent(marker)));
    return [...seen].filter((one) => one instanceof L.MarkerCluster).map((one) => ({ lon: one.getLatLng().lng, lat: one.getLatLng().lat, n: one.getChildCount() }));
  }

  show(change) {
    Object.assign(this.shown, change);
    for (const [layer, on] of [[this.group, this.shown.marks], [this.counted, this.shown.marks], [this.heat, this.shown.heat]]) {
      if (on && !this.map.hasLayer(layer)) layer.addTo(this.map);
      if (!on && this.map.hasLayer(layer)) layer.remove();
    }
    this.#warm();
    this.changed.emit();
  }

  // All features that should stand on the map, and crowds counted elsewhere; those already there stay.
  draw(features, crowds = []) {
    this.#draw_crowds(crowds);
    const wanted = new Map(features.filter((feature) => feature.geometry).map((feature) => [feature.properties.number, feature]));
    const gone = [];
    for (const [number, marker] of this.markers) {
      const feature = wanted.get(number);
      if (feature && same_place(feature, marker.options.feature)) {
        if (feature !== marker.options.feature) this.#update(marker, feature);
        wanted.delete(number);
      } else {
        gone.push(marker);
        this.markers.delete(number);
      }
    }
    const come = [...wanted].map(([number, feature]) => {
      const marker = this.#marker(feature);
      this.markers.set(number, marker);
      return marker;
    });
    if (gone.length) this.group.removeLayers(gone);
    if (come.length) this.group.addLayers(come);
    if (gone.length || come.length) this.changed.emit();
    this.#warm();
  }

  #draw_crowds(crowds) {
    const wanted = new Map(crowds.map((crowd) => [JSON.stringify(crowd), crowd]));
    for (const mark of this.counted.getLayers()) if (!wanted.delete(mark.options.crowd)) this.counted.removeLayer(mark);
    for (const [key, { lon, lat, n, ...toned }] of wanted) {
      const mark = L.marker([lat, lon], { icon: crowd_icon({ total: n, ...toned }, "crowd"), crowd: key, weight: n, pane: "cases" });
      mark.on("click", () => this.map.setView([lat, lon], this.map.getZoom() + 2));
      this.counted.addLayer(mark);
    }
  }

  // Time has passed: colours may have changed.
  tick() {
    const changed = [...this.markers.values()].filter((marker) => tone(marker.options.feature.properties, now()) !== marker.options.tone);
    for (const marker of changed) this.#update(marker, marker.options.feature);
  }

  flash(number) {
    this.fresh.add(number);
    this.#retouch(number);
    setTimeout(() => { this.fresh.delete(number); this.#retouch(number); }, FLASH_MS);
  }

  // What is looked at, or has just come, is not lost in a crowd.
  get seen_alone() {
    return new Set([...this.fresh, this.chosen].filter(Boolean));
  }

  choose(number) {
    const before = this.chosen;
    this.chosen = number;
    for (const one of [before, number]) if (one) this.#retouch(one);
  }

  // Brings one case into view, out of its cluster.
  reveal(number) {
    const marker = this.markers.get(number);
    if (marker && this.map.hasLayer(this.group)) this.group.zoomToShowLayer(marker);
  }

  #retouch(number) {
    const marker = this.markers.get(number);
    if (!marker) return;
    refresh(marker);
    this.group.refreshClusters(marker);
  }

  #update(marker, feature) {
    marker.options.feature = feature;
    marker.options.tone = tone(feature.properties, now());
    refresh(marker);
    this.group.refreshClusters(marker);
  }

  #cluster_icon(features) {
    const holds = (one) => features.some((feature) => feature.properties.number === one);
    const classes = [[...this.fresh].some(holds) && "fresh", this.chosen && holds(this.chosen) && "chosen"];
    return cluster_icon(features, classes.filter(Boolean).join(" "));
  }

  #marker(feature) {
    const [lon, lat] = feature.geometry.coordinates;
    const number = feature.properties.number;
    const build = () => {
      const facts = marker.options.feature.properties;
      const classes = ["case-mark", `is-${marker.options.tone}`, this.fresh.has(number) && "fresh", this.chosen === number && "chosen"];
      return h("span", { class: classes.filter(Boolean).join(" "), dataset: { case: number } }, case_glyph(facts.state, marker.options.tone));
    };
    const icon = new Spot({ build, label: spoken(feature.properties) });
    const marker = L.marker([lat, lon], { icon, feature, tone: tone(feature.properties, now()), pane: "cases" });
    marker.on("click", () => this.clicked.emit(number));
    return marker;
  }

  #warm() {
    if (!this.shown.heat) return;
    const all = [...this.markers.values(), ...this.counted.getLayers()];
    this.heat.setLatLngs(all.map((marker) => [marker.getLatLng().lat, marker.getLatLng().lng, 0.6 * (marker.options.weight ?? 1)]));
  }
}

const same_place = (one, other) => String(one.geometry?.coordinates) === String(other.geometry?.coordinates);

export function spoken(facts) {
  return [facts.number, category_name(facts), t(`state.${facts.state}`), t(`urgency.${tone(facts, now())}`)].join(t("sign.comma"));
}

function cluster_icon(features, classes) {
  const at = now();
  const tones = features.map((feature) => tone(feature.properties, at));
  const of = (name) => tones.filter((one) => one === name).length;
  return crowd_icon({ total: features.length, overdue: of("overdue"), soon: of("soon"), intime: of("intime") }, classes);
}

// A ring says how the cases inside stand; the figure is their exact number, the small red one how many of them are overdue.
function crowd_icon({ total, overdue, soon, intime }, classes) {
  const arc = (from, count, kind) =>
    count > 0 && s("circle", { class: kind, cx: 20, cy: 20, r: 17, pathLength: 100, "stroke-dasharray": `${(count / total) * 100} 100`, "stroke-dashoffset": `${(-from / total) * 100}` });
  const build = () =>
    h("span", { class: `cluster ${classes}`, dataset: { count: total } },
      s("svg", { viewBox: "0 0 40 40", "aria-hidden": "true" },
        s("circle", { class: "none", cx: 20, cy: 20, r: 17 }), arc(overdue + soon, intime, "all"), arc(overdue, soon, "soon"), arc(0, overdue, "overdue")),
      h("span", {}, h("b", {}, total), overdue > 0 && h("small", { dataset: { overdue } })));
  const sized = () => { const node = build(); node.style.setProperty("--size", `${crowd_rem(total)}rem`); return node; };
  return new Spot({ build: sized, label: t("cluster.spoken", { n: total, overdue }) });
}
