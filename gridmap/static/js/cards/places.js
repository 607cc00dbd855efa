// Cameras, service points, and any place that was searched for.
import { get } from "../api.js";
import { h, safe_link } from "../dom.js";
import { camera_glyph, icon, pin_glyph, service_glyph } from "../glyphs.js";
import { hours } from "../hours.js";
import { messages } from "../messages.js";
import { ago } from "../times.js";
import { coordinates, distance, language, name_of, t } from "../words.js";
import { action, code, copy_place, facts, nearby, path, section } from "./parts.js";
import { why } from "./case.js";

const missing = (id) => ({ title: t("card.unknown"), subtitle: id, body: [], short: true });

function stream(words, url) {
  const href = url && safe_link(url);
  return href && h("a", { class: "action", href, target: "_blank", rel: "noopener noreferrer" }, icon("play"), words);
}

export function camera_card({ cameras, choose, locate, say }) {
  return async (id) => {
    const feature = (await cameras()).get(id);
    if (!feature) return missing(id);
    const facts_of = feature.properties;
    const [lon, lat] = feature.geometry.coordinates;
    return {
      glyph: h("span", { class: `camera-mark ${facts_of.state}` }, camera_glyph(facts_of.state)),
      title: name_of(facts_of),
      subtitle: [t("kind.camera"), t(`camera.${facts_of.state}`)].join(" · "),
      short: true,
      body: [
        section(null, facts([
          [t("camera.id"), code(facts_of.id)],
          [t("camera.vendor"), facts_of.vendor],
          [t("camera.heard"), facts_of.last_heard_at && ago(facts_of.last_heard_at)],
          [t("camera.view"), view_words(facts_of)],
          [t("case.grid"), facts_of.grid && h("button", { type: "button", class: "link", onclick: () => choose("grid", facts_of.grid) }, h("span", { class: "name figure-code" }, facts_of.grid))],
          [t("case.place"), code(coordinates(lon, lat))],
        ])),
        id_parts(facts_of.id_parts),
        section(null, h("div", { class: "status" }, stream(t("camera.stream"), facts_of.stream_url), stream(t("camera.snapshot"), facts_of.snapshot_url))),
      ],
      actions: [action("target", t("action.locate"), () => locate([lon, lat], 17)), copy_place(lon, lat, say)],
    };
  };
}

function id_parts(parts) {
  if (!parts) return null;
  return section(t("camera.id_parts"), facts(["centre", "industry", "device_type", "network", "sequence"].map((key) => [t(`camera.id_parts.${key}`), spelled(parts[key])])));
}

const spelled = (part) => (part && typeof part === "object" ? part[language] : part && code(part));

function view_words({ bearing_deg, view_angle_deg, view_range_m }) {
  if (bearing_deg === null || bearing_deg === undefined) return t("camera.no_view");
  const quarter = ["n", "ne", "e", "se", "s", "sw", "w", "nw"][Math.round(bearing_deg / 45) % 8];
  return t("camera.view_words", { bearing: Math.round(bearing_deg), quarter: t(`quarter.${quarter}`), angle: Math.round(view_angle_deg ?? 0), range: distance(view_range_m) });
}

const service_name = (key) => (messages[`services.${key}`] ? t(`services.${key}`) : key);

export function service_card({ services, locate, say }) {
  return async (id) => {
    const feature = (await services()).get(id);
    if (!feature) return missing(id);
    const facts_of = feature.properties;
    const [lon, lat] = feature.geometry.coordinates;
    return {
      glyph: h("span", { class: "service-mark" }, service_glyph()),
      title: name_of(facts_of),
      subtitle: [t("kind.service_point"), facts_of.code].join(" · "),
      short: true,
      body: [section(null, facts([
        [t("case.address"), facts_of.address],
        [t("service.hours"), hours(facts_of.opening_hours)],
        [t("service.keeper"), facts_of.keeper],
        [t("service.phone"), facts_of.phone],
        [t("service.services"), (facts_of.services ?? []).map(service_name).join(t("sign.comma"))],
        [t("case.place"), code(coordinates(lon, lat))],
      ]))],
      actions: [
        action("target", t("action.locate"), () => locate([lon, lat], 16)), copy_place(lon, lat, say),
        h("a", { class: "action", href: `/notices/${encodeURIComponent(facts_of.code)}`, dataset: { testid: "service-notice" } }, t("service.notice")),
      ],
    };
  };
}

// Any point: where would an alert from here go, and why; and what stands nearby.
export function place_card({ urls, choose, locate, say }) {
  return async (id, signal) => {
    const [lon, lat] = id.split(",").map(Number);
    if (!Number.isFinite(lon) || !Number.isFinite(lat)) return missing(id);
    const [route, found] = await Promise.all([
      get(urls.route, { lon, lat, datum: "wgs84" }, { signal }),
      get(urls.nearby, { lon, lat, radius_m: 800 }, { signal }),
    ]);
    const levels = route.levels ?? {};
    return {
      glyph: h("span", { class: "pin-mark" }, pin_glyph()),
      title: t("place.title"),
      subtitle: `WGS-84 ${coordinates(lon, lat)}`,
      body: [section(null, facts([[t("case.grid"), path([levels.town, levels.village, levels.micro], choose)]])), why(route, choose), nearby(found, choose)],
      actions: [action("target", t("action.locate"), () => locate([lon, lat], 17)), copy_place(lon, lat, say)],
    };
  };
}

