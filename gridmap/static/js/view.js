// What of the map is looked at: brings places into the part of it that the card leaves free.
const BESIDE_PX = 760; // Below this width the card lies over the lower part, above it at the side.

export class View {
  // `map`: the shell's Leaflet map.
  constructor(map) {
    this.map = map;
  }

  // A place [lon, lat], or an area [west, south, east, north], filling what is free.
  locate(where, zoom) {
    if (where.length !== 4) return this.#centre(where, Math.max(zoom, this.map.getZoom()));
    const { right, below } = this.#covered();
    const [west, south, east, north] = where;
    return this.map.fitBounds([[south, west], [north, east]], { paddingTopLeft: [60, 40], paddingBottomRight: [right + 40, below + 40], maxZoom: 17 });
  }

  // The same without a jump, where it is in view already.
  show(where) {
    const { map } = this;
    if (where.length === 4) {
      const bounds = window.L.latLngBounds([[where[1], where[0]], [where[3], where[2]]]);
      if (!map.getBounds().contains(bounds) || map.getBoundsZoom(bounds) - map.getZoom() > 2.5) this.locate(where);
    } else if (!this.#free().contains([where[1], where[0]]) || map.getZoom() < 14) {
      this.#centre(where, Math.max(15, map.getZoom()));
    }
  }

  // The next click on the map is a place somebody was asked for, not a choice.
  pick(taken) {
    const room = this.map.getContainer();
    room.classList.add("picking");
    room.addEventListener("click", (event) => {
      event.stopImmediatePropagation();
      room.classList.remove("picking");
      const { lat, lng } = this.map.mouseEventToLatLng(event).wrap();
      taken({ lon: lng, lat });
    }, { capture: true, once: true });
  }

  // What the card covers, in pixels; pages of plans have none.
  #covered() {
    const card = document.getElementById("card");
    if (!card) return { right: 0, below: 0 };
    const beside = innerWidth > BESIDE_PX;
    return { right: beside ? card.offsetWidth : 0, below: beside || card.hidden ? 0 : this.map.getSize().y * 0.6 };
  }

  #centre([lon, lat], zoom) {
    const { right, below } = this.#covered();
    const middle = this.map.project([lat, lon], zoom).add([right / 2, below / 2]);
    this.map.setView(this.map.unproject(middle, zoom), zoom);
  }

  #free() {
    const size = this.map.getSize();
    const { right, below } = this.#covered();
    const corner = (x, y) => this.map.containerPointToLatLng([x, y]);
    return window.L.latLngBounds(corner(20, size.y - below - 20), corner(Math.max(40, size.x - right - 40), 20));
  }
}
