// What is chosen: one thing ({kind, id}) or nothing. The map, the list, the card and the address follow it.
import { signal } from "./signal.js";

export const KINDS = ["case", "grid", "camera", "service_point", "zone", "place"];

export class Selection {
  constructor() {
    this.chosen = null;
    this.changed = signal(); // (chosen, previous, how)
  }

  is(kind, id) {
    return this.chosen?.kind === kind && this.chosen.id === id;
  }

  choose(kind, id, how = {}) {
    if (this.is(kind, id) && !how.again) return;
    this.#become({ kind, id: String(id) }, how);
  }

  clear(how = {}) {
    if (this.chosen) this.#become(null, how);
  }

  #become(next, how) {
    const previous = this.chosen;
    this.chosen = next;
    this.changed.emit(next, previous, how);
  }
}
