// What several cards share.
import { h, safe_link } from "../dom.js";
import { camera_glyph, icon, service_glyph } from "../glyphs.js";
import { copy } from "../mouse.js";
import { moment } from "../times.js";
import { coordinates, distance, name_of, t } from "../words.js";

export const section = (title, ...content) => h("section", {}, title && h("h3", {}, title), content);
export const code = (text) => h("span", { class: "figure-code" }, text);

// [[words, value], …]; facts without a value are left out.
export const facts = (rows) =>
  h("dl", { class: "facts" }, rows.filter(([, value]) => value !== null && value !== undefined && value !== "").map(([words, value]) => [h("dt", {}, words), h("dd", {}, value)]));

export const figures = (rows) => h("div", { class: "figures" }, rows.map(([words, value]) => h("div", {}, h("b", {}, value ?? "–"), h("span", {}, words))));

export const action = (name, words, act) => h("button", { type: "button", class: "action", dataset: { testid: `action-${name}` }, onclick: act }, icon(name), words);

export function copy_place(lon, lat, say) {
  return action("copy", t("action.copy"), () => copy(coordinates(lon, lat), say));
}

export function link(glyph, name, aside, act, kind) {
  return h("li", {}, h("button", { type: "button", class: "link", dataset: { testid: `link-${kind}` }, onclick: act }, glyph, h("span", { class: "name" }, name), aside && h("span", { class: "aside" }, aside)));
}

// Cameras that see the place first, then by distance, as the server sorts them; then service points.
export function nearby(found, choose) {
  const camera = (one) => link(h("span", { class: `camera-mark ${one.state}` }, camera_glyph(one.state)), name_of(one), one.covers ? t("nearby.covers", { distance: distance(one.distance_m) }) : distance(one.distance_m), () => choose("camera", one.id), "camera");
  const point = (one) => link(h("span", { class: "service-mark" }, service_glyph()), name_of(one), one.within_circle ? t("nearby.within", { distance: distance(one.distance_m) }) : distance(one.distance_m), () => choose("service_point", one.code), "service_point");
  const list = (items) => (items.length ? h("ul", { class: "plain-list" }, items) : h("p", { class: "quiet" }, t("nearby.none")));
  return [
    section(t("nearby.cameras"), list(found.cameras.slice(0, 6).map(camera))),
    section(t("nearby.services"), list(found.service_points.slice(0, 4).map(point))),
  ];
}

// Town › village › micro-grid, each a way to its own card.
export function path(grids, choose) {
  const known = grids.filter(Boolean);
  if (!known.length) return t("tray.unrouted");
  return h("span", { class: "path" }, known.map((grid, index) => [index > 0 && h("i", {}, "›"), h("button", { type: "button", dataset: { testid: "path-grid" }, onclick: () => choose("grid", grid.code) }, name_of(grid))]));
}

export function media_links(items) {
  const links = items.map((item) => safe_link(typeof item === "string" ? item : item?.url)).filter(Boolean);
  return links.length > 0 && section(t("case.media"), h("ul", { class: "plain-list" }, links.map((href, index) =>
    h("li", {}, h("a", { class: "link", href, target: "_blank", rel: "noopener noreferrer" }, icon("link"), h("span", { class: "name" }, t("case.media_item", { n: index + 1 })))))));
}

export const grid_facts = (boundary) => boundary && t("grid.boundary_since", { time: moment(boundary.valid_from) });
