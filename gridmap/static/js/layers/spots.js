// Marks on the map made of DOM nodes, never of HTML text.
import { h } from "../dom.js";

const { L } = window;

// An icon whose content is built anew each time Leaflet asks.
export const Spot = L.Icon.extend({
  options: { build: () => h("span"), label: "" },
  createIcon() {
    const node = h("div", { class: "spot", "aria-label": this.options.label || null }, this.options.build());
    node.classList.add("leaflet-marker-icon");
    // Leaflet lets marks have the focus, but answers Enter only where there is a popup.
    node.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); node.click(); }
    });
    return node;
  },
  createShadow: () => null,
});

// Builds a shown marker's content again.
export function refresh(marker) {
  const node = marker.getElement?.();
  if (!node) return;
  const { build, label } = marker.options.icon.options;
  node.replaceChildren(build());
  if (label) node.setAttribute("aria-label", typeof label === "function" ? label() : label);
}

// A pane of its own for each kind, so that what matters more lies above.
export function pane(map, name, z, events = true) {
  const made = map.createPane(name);
  made.style.zIndex = z;
  if (!events) made.style.pointerEvents = "none";
  return name;
}

export const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);

// How wide the mark of so many cases is, in rem.
export const crowd_rem = (total) => (total < 10 ? 2.4 : total < 100 ? 2.9 : total < 10000 ? 3.4 : 4);
