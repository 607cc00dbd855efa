// Snapping on the map: what catches near the pointer is shown by a ring, and its place is taken.
import { h } from "../dom.js";
import { Spot, pane } from "../layers/spots.js";
import { lat_lng, place_of, rounded } from "./places.js";
import { snap } from "./snapping.js";

const { L } = window;
const REACH_PX = { fine: 10, coarse: 18 };

export class Catching {
  constructor(map, topology) {
    Object.assign(this, { map, topology });
    this.reach = matchMedia("(pointer: coarse)").matches ? REACH_PX.coarse : REACH_PX.fine;
    const icon = new Spot({ build: () => h("span", { class: "catch-ring" }) });
    this.ring = L.marker([0, 0], { icon, pane: pane(map, "plan-catch", 640, false), interactive: false, keyboard: false });
  }

  // The place for a pointer at `lat_lng`; `free`: nothing catches; `left_out(place)`: nor do these.
  place(where, { free = false, left_out } = {}) {
    const caught = free ? null : this.#caught(where, left_out);
    if (caught) this.ring.setLatLng(lat_lng(caught.place)).addTo(this.map);
    else this.ring.remove();
    this.ring.getElement()?.classList.toggle("at-corner", caught?.kind === "corner");
    return caught ? rounded(caught.place) : place_of(where);
  }

  done() {
    this.ring.remove();
  }

  #caught(where, left_out) {
    const pixel_of = (place) => { const { x, y } = this.map.latLngToContainerPoint(lat_lng(place)); return [x, y]; };
    const { x, y } = this.map.latLngToContainerPoint(where);
    const corner = (dx, dy) => this.map.containerPointToLatLng([x + dx, y + dy]);
    const near = L.latLngBounds(corner(-this.reach, this.reach), corner(this.reach, -this.reach));
    const [west, south, east, north] = [near.getWest(), near.getSouth(), near.getEast(), near.getNorth()];
    const passes = (one, other) => Math.max(one[0], other[0]) >= west && Math.min(one[0], other[0]) <= east && Math.max(one[1], other[1]) >= south && Math.min(one[1], other[1]) <= north;
    const lines = [];
    for (const places of this.topology.arcs.values()) {
      for (let index = 1; index < places.length; index += 1) {
        if (passes(places[index - 1], places[index])) lines.push([places[index - 1], places[index]].map((place) => ({ place, pixel: pixel_of(place) })));
      }
    }
    return snap([x, y], lines, this.reach, left_out);
  }
}
