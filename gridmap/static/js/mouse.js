// Where the pointer is, in WGS-84; a click copies it.
import { by_id, h } from "./dom.js";
import { coordinates, t } from "./words.js";

export function copy(text, say) {
  const done = () => say(t("copied", { text }));
  if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, () => say(text));
  else say(text); // Without a secure context there is no clipboard; then at least it can be read.
}

export function mouse(map, say) {
  let last = null;
  const node = h("button", { type: "button", class: "coordinates", id: "mouse-position", dataset: { testid: "mouse-position" }, title: t("mouse.title"), onclick: () => last && copy(last, say) }, t("mouse.none"));
  map.on("mousemove", ({ latlng }) => { last = coordinates(latlng.lng, latlng.lat); node.textContent = `WGS-84 ${last}`; });
  by_id("stage").append(node);
  // A double use of the wheel button: copy what lies under the pointer without moving it away.
  map.on("contextmenu", ({ latlng }) => copy(coordinates(latlng.lng, latlng.lat), say));
}
