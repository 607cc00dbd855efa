// A case: how it stands, who has it, what, where, why this grid, what happened to it, what stands nearby; and what to do with it.
import { get, get_tagged } from "../api.js";
import { h, joined } from "../dom.js";
import { case_glyph } from "../glyphs.js";
import { moment, now, remaining } from "../times.js";
import { is_open, tone } from "../urgency.js";
import { category_name, coordinates, distance, group_name, language, name_of, source_name, t } from "../words.js";
import { holder_words, loop_parts } from "./loop.js";
import { RATED, ratings_part } from "./ratings.js";
import { action, code, copy_place, facts, link, media_links, nearby, path, section } from "./parts.js";
import { happened } from "./timeline.js";


export function case_card({ urls, choose, locate, say, handling, presence, star }) {
  return async (number, signal) => {
    const { body: feature, etag } = await get_tagged(urls.case + encodeURIComponent(number), {}, { signal, cache: "no-store" });
    const [found, links] = await Promise.all([feature.geometry ? around(urls, feature.geometry.coordinates, signal) : null, links_of(urls, feature.properties, signal)]);
    // A case that somebody else was asked for meanwhile shows none of its deeds.
    if (signal.aborted) return null;
    const card = build(feature, found, { choose, locate, say, links });
    return { ...card, body: [presence.node, ...card.body], tools: star.show(feature.properties.past ? null : number), deeds: handling.show(feature, etag) };
  };
}

// A card without its neighbourhood is better than none.
function around(urls, [lon, lat], signal) {
  return get(urls.nearby, { lon, lat, radius_m: 800 }, { signal }).catch((error) => {
    if (error.name === "AbortError") throw error;
    return null;
  });
}

// Its rating links, for who may see them, once it can be rated.
function links_of(urls, facts_of, signal) {
  if (!facts_of.invites || !RATED.includes(facts_of.state)) return null;
  return get(`${urls.case}${encodeURIComponent(facts_of.number)}/rating-links`, {}, { signal, cache: "no-store" }).then((told) => told.links, (error) => {
    if (error.name === "AbortError") throw error;
    return null;
  });
}

function build(feature, found, { choose, locate, say, links }) {
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
      facts_of.text && h("section", {}, h("p", { class: "said", dataset: { testid: "case-text" } }, facts_of.text)),
      loop_parts(facts_of),
      ratings_part(facts_of, links, say),
      what(facts_of, at, choose),
      happened(facts_of),
      media_links(facts_of.media ?? []),
      facts_of.route && why(facts_of.route, choose),
      found && nearby(found, choose),
    ],
    actions: at ? [action("target", t("action.locate"), () => locate(at, 17)), copy_place(at[0], at[1], say)] : [],
  };
}

function status(facts_of, kind) {
  const open = is_open(facts_of);
  const holder = open && holder_words(facts_of);
  return h("section", { class: `status is-${kind}`, dataset: { testid: "case-status" } },
    h("span", { class: "pill" }, t(`state.${facts_of.state}`)),
    open && h("span", { class: "pill" }, t(`urgency.${kind}`)),
    open && h("span", { class: "due" }, remaining(facts_of.due_at, facts_of.handled_at)),
    facts_of.alerts > 1 && h("span", { class: "pill plain" }, t("case.alerts", { n: facts_of.alerts })),
    facts_of.ambiguous && h("span", { class: "pill plain" }, t("case.ambiguous")),
    facts_of.past && h("span", { class: "pill plain" }, t("case.past")),
    facts_of.past && h("p", { class: "quiet", dataset: { testid: "case-past" } }, t("case.past_words")),
    holder && h("p", { class: "holder", dataset: { testid: "case-holder" } }, h("span", { class: "quiet" }, t("loop.with")), holder));
}

function what(facts_of, at, choose) {
  return section(null,
    facts([
      [t("case.grid"), path([facts_of.town, facts_of.village, facts_of.grid], choose)],
      [t("case.address"), facts_of.address],
      [t("case.place"), at ? code(coordinates(at[0], at[1])) : t("case.no_place")],
      [t("case.accuracy"), facts_of.accuracy_m > 0 ? `± ${distance(facts_of.accuracy_m)}` : null],
      [t("case.source"), source_name(facts_of.source)],
      [t("case.camera"), facts_of.camera_id && h("button", { type: "button", class: "link", onclick: () => choose("camera", facts_of.camera_id) }, h("span", { class: "name figure-code" }, facts_of.camera_id))],
      [t("case.occurred"), moment(facts_of.occurred_at)],
      [t("case.due"), facts_of.due_at && moment(facts_of.due_at)],
      [t("case.suspended"), facts_of.suspended_until && moment(facts_of.suspended_until)],
      [t("case.merged_into"), facts_of.merged_into && h("button", { type: "button", class: "link", onclick: () => choose("case", facts_of.merged_into) }, h("span", { class: "name figure-code" }, facts_of.merged_into))],
      [t("case.merged"), facts_of.merged?.join(t("sign.comma"))],
      [t("case.rounds"), facts_of.rounds > 0 ? t("case.rounds_words", { n: facts_of.rounds }) : null],
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
