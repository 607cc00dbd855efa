// The page's address keeps the view and what is chosen, so that a link shows another screen the same, and Back works.
import { KINDS } from "./selection.js";

export function read(hash) {
  const params = new URLSearchParams(hash.replace(/^#/, ""));
  const view = (params.get("map") ?? "").split("/").map(Number);
  const chosen = params.get("sel") ?? "";
  const kind = chosen.slice(0, chosen.indexOf(":"));
  const id = chosen.slice(chosen.indexOf(":") + 1);
  return {
    view: view.length === 3 && view.every(Number.isFinite) && Math.abs(view[1]) <= 85 ? { zoom: view[0], lat: view[1], lon: view[2] } : null,
    chosen: KINDS.includes(kind) && id ? { kind, id } : null,
  };
}

export function write({ zoom, lat, lon }, chosen) {
  const sel = chosen ? `&sel=${chosen.kind}:${encodeURIComponent(chosen.id)}` : "";
  return `#map=${Number(zoom.toFixed(2))}/${lat.toFixed(5)}/${lon.toFixed(5)}${sel}`;
}

export function keep(map, selection, { wants_view }) {
  const current = () => {
    const { lat, lng } = map.getCenter();
    return write({ zoom: map.getZoom(), lat, lon: lng }, selection.chosen);
  };
  map.on("moveend", () => history.replaceState(null, "", current()));
  selection.changed.on((chosen, previous, how) => {
    if (!how.from_address) history.pushState(null, "", current());
  });
  // Another language is the same place: the server's redirect keeps the fragment.
  const language_switch = document.getElementById("language-switch");
  language_switch?.addEventListener("click", () => { language_switch.hash = location.hash; });
  const follow = () => {
    const { view, chosen } = read(location.hash);
    // What is chosen first: moving the view writes the address again.
    if (chosen) selection.choose(chosen.kind, chosen.id, { from_address: true, pan: !view });
    else selection.clear({ from_address: true });
    if (view) wants_view(view);
  };
  addEventListener("popstate", follow);
  return follow;
}
