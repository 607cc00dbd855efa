// A case: what, where, how pressing, why this grid, what happened to it, and what stands nearby.
import { get } from "../api.js";
import { h, joined } from "../dom.js";
import { case_glyph } from "../glyphs.js";
import { messages } from "../messages.js";
import { moment, now, remaining } from "../times.js";
import { is_open, tone } from "../urgency.js";
import { category_name, coordinates, distance, group_name, language, name_of, source_name, t } from "../words.js";
import { action, code, copy_place, facts, link, media_links, nearby, path, section } from "./parts.js";

export function case_card({ urls, choose, locate, say }) {
  return async (number, signal) => {
    const feature = await get(urls.case + encodeURIComponent(number), {}, { signal, cache: "no-store" });
    const found = feature.geometry ? await around(urls, feature.geometry.coordinates, signal) : null;
    return build(feature, found, { choose, locate, say });
  };
}

// A card without its neighbourhood is better than none.
function around(urls, [lon, lat], signal) {
  return get(urls.nearby, { lon, lat, radius_m: 800 }, { signal }).catch((error) => {
    if (error.name === "AbortError") throw error;
    return null;
  });
}

function build(feature, found, { choose, locate, say }) {
  const facts_of = feature.properties;
  const kind = tone(facts_of, now());
  const at = feature.geometry?.coordinates;
  return {
    tone: kind,
    glyph: case_glyph(facts_of.state, kind),
    title: category_name(facts_of),
    subtitle: joined([facts_of.number, facts_of.category && group_name(facts_of.category)], " · "),
    body: [
      status(facts_of, kind),
      what(facts_of, at, choose),
      facts_of.route && why(facts_of.route, choose),
      media_links(facts_of.media ?? []),
      happened(facts_of),
      found && nearby(found, choose),
    ],
    actions: at ? [action("target", t("action.locate"), () => locate(at, 17)), copy_place(at[0], at[1], say)] : [],
  };
}

function status(facts_of, kind) {
  const open = is_open(facts_of);
  return h("section", { class: `status is-${kind}`, dataset: { testid: "case-status" } },
    h("span", { class: "pill" }, t(`state.${facts_of.state}`)),
    open && h("span", { class: "pill" }, t(`urgency.${kind}`)),
    open && h("span", { class: "due" }, remaining(facts_of.due_at)),
    facts_of.alerts > 1 && h("span", { class: "pill plain" }, t("case.alerts", { n: facts_of.alerts })),
    facts_of.ambiguous && h("span", { class: "pill plain" }, t("case.ambiguous")));
}

function what(facts_of, at, choose) {
  return section(null,
    facts_of.text && h("p", { class: "said", dataset: { testid: "case-text" } }, facts_of.text),
    facts([
      [t("case.grid"), path([facts_of.town, facts_of.village, facts_of.grid], choose)],
      [t("case.address"), facts_of.address],
      [t("case.place"), at ? code(coordinates(at[0], at[1])) : t("case.no_place")],
      [t("case.accuracy"), facts_of.accuracy_m > 0 ? `± ${distance(facts_of.accuracy_m)}` : null],
      [t("case.source"), source_name(facts_of.source)],
      [t("case.camera"), facts_of.camera_id && h("button", { type: "button", class: "link", onclick: () => choose("camera", facts_of.camera_id) }, h("span", { class: "name figure-code" }, facts_of.camera_id))],
      [t("case.occurred"), moment(facts_of.occurred_at)],
      [t("case.due"), facts_of.due_at && moment(facts_of.due_at)],
      [t("case.closed"), facts_of.closed_at && moment(facts_of.closed_at)],
      [t("case.category_code"), facts_of.category && code(`${facts_of.category.code} · ${facts_of.category.standard_ref}`)],
    ]));
}

export function why(route, choose) {
  const words = route.words?.[language] ?? "";
  const others = route.ambiguous ? (route.candidates ?? []).filter((one) => one.code !== route.grid) : [];
  return section(t("route.title"),
    h("div", { class: `reason ${route.ambiguous ? "doubtful" : ""}`, dataset: { testid: "route-reason" } }, words || t("route.silent")),
    others.length > 0 && [h("p", { class: "quiet" }, t("route.candidates")), h("ul", { class: "plain-list" }, others.map((one) => link(null, name_of(one), distance(one.distance_m), () => choose("grid", one.code), "grid")))],
    route.boundary && h("p", { class: "quiet" }, t("route.boundary", { time: moment(route.boundary.valid_from) })));
}

function happened(facts_of) {
  const joined = (facts_of.received ?? facts_of.received_alerts ?? []).filter((one) => one.relation === "joined")
    .map((one) => ({ at: one.received_at, words: t("timeline.joined_from", { source: source_name(one.source) }) }));
  const entries = (facts_of.timeline ?? []).filter((one) => !(one.kind === "alert.joined" && joined.length)).map((one) => ({ at: one.at, words: told(one) }));
  const rows = [...entries, ...joined].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
  return rows.length > 0 && section(t("case.timeline"), h("ol", { class: "timeline", dataset: { testid: "timeline" } }, rows.map((row) => h("li", {}, h("div", {}, row.words), h("time", { datetime: row.at }, moment(row.at))))));
}

function told({ kind, data }) {
  const state = data?.state ?? data?.to ?? data?.case?.properties?.state;
  if (kind === "case.changed" && messages[`state.${state}`]) return t("timeline.state", { state: t(`state.${state}`) });
  return messages[`timeline.${kind}`] ? t(`timeline.${kind}`) : kind;
}
