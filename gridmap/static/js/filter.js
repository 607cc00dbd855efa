// Which cases are shown, in the list and on the map alike.
import { A_DAY, OPEN_STATES, moments, tone } from "./urgency.js";
import { signal } from "./signal.js";

const fresh = () => ({ states: new Set(OPEN_STATES), urgencies: new Set(), source: "", grid: null, last_day: false, tray: "", order: "newest" });

export class Filter {
  constructor() {
    this.wanted = fresh();
    this.changed = signal();
  }

  set(change) {
    Object.assign(this.wanted, change);
    this.changed.emit(this.wanted);
  }

  toggle(which, value) {
    const set = new Set(this.wanted[which]);
    if (!set.delete(value)) set.add(value);
    this.set({ [which]: set });
  }

  clear() {
    this.wanted = { ...fresh(), tray: this.wanted.tray, order: this.wanted.order };
    this.changed.emit(this.wanted);
  }

  get narrowed() {
    const { states, urgencies, source, grid, last_day } = this.wanted;
    return urgencies.size > 0 || source !== "" || grid !== null || last_day || states.size !== OPEN_STATES.length || !OPEN_STATES.every((one) => states.has(one));
  }

  passes(feature, at) {
    const facts = feature.properties;
    const { states, urgencies, source, grid, last_day, tray } = this.wanted;
    return (
      states.has(facts.state) &&
      (!urgencies.size || urgencies.has(tone(facts, at))) &&
      (!source || facts.source === source) &&
      (!grid || (facts.grid?.code ?? "").startsWith(grid.code)) &&
      (!last_day || at - moments(facts).received < A_DAY) &&
      (!tray || facts.trays.includes(tray))
    );
  }
}
