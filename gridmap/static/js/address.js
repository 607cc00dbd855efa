// The page's address keeps the view, what is chosen, the filter and the past moment looked at, so that a link shows another screen the same, and Back works.
import { KINDS } from "./selection.js";

const FILTER = ["queue", "state", "urgency", "source", "grid", "day", "order"];

export function read(hash) {
  const params = new URLSearchParams(hash.replace(/^#/, ""));
  const view = (params.get("map") ?? "").split("/").map(Number);
  const chosen = params.get("sel") ?? "";
  const kind = chosen.slice(0, chosen.indexOf(":"));
  const id = chosen.slice(chosen.indexOf(":") + 1);
  return {
    view: view.length === 3 && view.every(Number.isFinite) && Math.abs(view[1]) <= 85 ? { zoom: view[0], lat: view[1], lon: view[2] } : null,
    chosen: KINDS.includes(kind) && id ? { kind, id } : null,
    at: params.get("at"),
    filter: new URLSearchParams(FILTER.filter((name) => params.has(name)).map((name) => [name, params.get(name)])).toString(),
  };
}

export function write({ zoom, lat, lon }, chosen, filter = "", at = null) {
  const sel = chosen ? `&sel=${chosen.kind}:${encodeURIComponent(chosen.id)}` : "";
  return `#map=${Number(zoom.toFixed(2))}/${lat.toFixed(5)}/${lon.toFixed(5)}${sel}${filter && `&${filter}`}${at ? `&at=${encodeURIComponent(at)}` : ""}`;
}

export function keep(map, selection, filter, as_of, { wants_view }) {
  let following = false;
  const current = () => {
    const { lat, lng } = map.getCenter();
    return write({ zoom: map.getZoom(), lat, lon: lng }, selection.chosen, filter.words, as_of.at);
  };
  const now = () => { if (!following) history.replaceState(null, "", current()); };
  map.on("moveend", now);
  filter.changed.on(now);
  selection.changed.on((chosen, previous, how) => {
    if (!how.from_address) history.pushState(null, "", current());
  });
  as_of.changed.on((at, before) => {
    // Into the past and out of it are steps to go back by; moving about in it is one.
    if (!following && (at === null) !== (before === null)) history.pushState(null, "", current());
    else now();
  });
  // Another language is the same place: the server's redirect keeps the fragment.
  const language_switch = document.getElementById("language-switch");
  language_switch?.addEventListener("click", () => { language_switch.hash = location.hash; });
  const follow = () => {
    const { view, chosen, at, filter: words } = read(location.hash);
    following = true;
    if (words !== filter.words) filter.take(words);
    as_of.go(at);
    // What is chosen first: moving the view writes the address again.
    if (chosen) selection.choose(chosen.kind, chosen.id, { from_address: true, pan: !view });
    else selection.clear({ from_address: true });
    following = false;
    if (view) wants_view(view);
  };
  addEventListener("popstate", follow);
  return follow;
}
