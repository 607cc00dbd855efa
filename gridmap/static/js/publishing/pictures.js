// Boundaries before and after: side by side, moving together, or one over the other.
import { h, replace } from "../dom.js";
import { hatch, zone_swatch } from "../layers/hatch.js";
import { name_of, t } from "../words.js";
import { box_of, fate, seen, zone_fate } from "./ground.js";

const { L } = window;
const SIDES = ["before", "after"];
const MOST_NAMED = 60;
const FARTHER = 15; // As near as a zone alone is shown, among the grids around it.

export class Pictures {
  // `node`: an element of the page; `called`: what the two sides are called.
  constructor(node, called = { before: t("review.before"), after: t("review.after") }) {
    this.called = called;
    this.maps = {};
    this.layers = {};
    this.frame = h("div", { class: "pictures", dataset: { look: "beside", testid: "pictures" } });
    const look = (name) => h("button", { type: "button", class: "button small", "aria-pressed": String(name === "beside"), dataset: { look: name, testid: `look-${name}` }, onclick: () => this.#look(name) }, t(`review.look.${name}`));
    this.choice = h("div", { class: "look-choice", role: "group", "aria-label": t("review.look") }, look("beside"), look("over"));
    const key = h("p", { class: "picture-key" }, ["new", "changed", "gone"].map((one) => h("span", { class: `key-${one}` }, t(`review.key.${one}`))), h("span", { class: "key-was" }, t("review.key.was")));
    this.zone_key = h("span", { class: "key-zone", hidden: true }, zone_swatch(), t("layer.zones"));
    key.append(this.zone_key);
    replace(node, this.choice, this.frame, key);
    for (const side of SIDES) this.#make(side);
    this.#together();
  }

  // In-force grids around, and the grids that differ ({code, before, after} as features); `all`: where to look where none does;
  // `zones`: {in_force, differences} of special zones.
  show(in_force, differences, all, zones) {
    const fates = new Map(differences.map(({ code, before, after }) => [code, fate(before?.properties, after?.properties)]).filter(([, kind]) => kind !== "kept"));
    const moved = [...differences.filter(({ code }) => fates.has(code)), ...zones.differences];
    for (const side of SIDES) {
      this.#draw(side, seen(in_force, differences, side), fates);
      this.#draw_zones(side, seen(zones.in_force, zones.differences, side), new Map(zones.differences.map((one) => [one.code, zone_fate(one)])));
    }
    this.zone_key.hidden = !zones.in_force.length && !zones.differences.length;
    this.#draw_was(moved);
    const box = box_of(moved.flatMap(({ before, after }) => [before, after].filter(Boolean))) ?? all;
    if (box && box.join() !== this.box?.join()) {
      this.box = box;
      const [west, south, east, north] = box;
      for (const side of SIDES) this.maps[side].fitBounds([[south, west], [north, east]], { padding: [24, 24], maxZoom: fates.size ? undefined : FARTHER, animate: false });
    }
  }

  #make(side) {
    const room = h("div", { class: "picture-map", dataset: { testid: `picture-${side}` }, role: "group", "aria-label": this.called[side] });
    this.frame.append(h("figure", { class: `picture is-${side}` }, h("figcaption", {}, this.called[side]), room));
    this.maps[side] = L.map(room, { zoomControl: false, attributionControl: false, zoomSnap: 0.25, maxZoom: 20, scrollWheelZoom: false, center: [31.62, 121.4], zoom: 13 });
    L.control.zoom({ zoomInTitle: t("button.plus"), zoomOutTitle: t("button.minus") }).addTo(this.maps[side]);
    L.control.scale({ imperial: false }).addTo(this.maps[side]);
    this.layers[side] = L.layerGroup([]).addTo(this.maps[side]);
    new ResizeObserver(() => this.maps[side].invalidateSize({ animate: false })).observe(room);
  }

  // Whichever is moved, the other follows; what follows does not lead.
  #together() {
    let leading = false;
    for (const [one, other] of [SIDES, SIDES.toReversed()]) {
      this.maps[one].on("move", () => {
        if (leading || this.frame.dataset.look === "over") return;
        leading = true;
        this.maps[other].setView(this.maps[one].getCenter(), this.maps[one].getZoom(), { animate: false });
        leading = false;
      });
    }
  }

  #look(name) {
    this.frame.dataset.look = name;
    for (const button of this.choice.children) button.setAttribute("aria-pressed", String(button.dataset.look === name));
  }

  #draw(side, grids, fates) {
    const layer = this.layers[side];
    layer.clearLayers();
    // What differs lies above: its outline must not be cut by a neighbour's.
    const ordered = [...grids].sort((one, other) => Number(fates.has(one.id)) - Number(fates.has(other.id)));
    for (const grid of ordered) {
      const kind = fates.get(grid.id);
      const shape = L.geoJSON(grid, { interactive: false, style: { className: `review-grid ${kind ? `is-${kind}` : ""}` } }).addTo(layer);
      if (fates.has(grid.id) && fates.size <= MOST_NAMED) layer.addLayer(L.marker(shape.getBounds().getCenter(), { interactive: false, keyboard: false, icon: label(name_of(grid.properties)) }));
    }
  }

  #draw_zones(side, zones, fates) {
    for (const zone of zones) {
      const { label: [lon, lat] } = zone.properties;
      L.geoJSON(zone, { interactive: false, style: { className: `review-zone is-${fates.get(zone.id) ?? "kept"}`, fillColor: hatch(), fillOpacity: 1 } }).addTo(this.layers[side]);
      if (fates.has(zone.id)) this.layers[side].addLayer(L.marker([lat, lon], { interactive: false, keyboard: false, icon: label(name_of(zone.properties), "of-zone") }));
    }
  }

  // The old borders over the new ones, to be seen where the maps lie one over the other.
  #draw_was(differences) {
    for (const { before } of differences) {
      if (before?.geometry) L.geoJSON(before, { interactive: false, style: { className: "review-was", fill: false } }).addTo(this.layers.after);
    }
  }
}

function label(words, kind = "") {
  const Words = L.Icon.extend({ createIcon: () => h("div", { class: `review-label leaflet-marker-icon ${kind}` }, h("span", {}, words)), createShadow: () => null });
  return new Words();
}
