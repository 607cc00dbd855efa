// The cases this screen knows, by number. What arrives twice, or late, changes nothing.
import { signal } from "./signal.js";
import { is_open } from "./urgency.js";
import { moments } from "./urgency.js";

export class CaseStore {
  constructor() {
    this.cases = new Map();
    this.changed = signal(); // ({before, after} | null): one case, or null when all are new.
  }

  get(number) {
    return this.cases.get(number);
  }

  get all() {
    return [...this.cases.values()];
  }

  // All open cases anew. Closed ones that somebody asked for stay, unless they are open again.
  replace(features) {
    const closed = this.all.filter((feature) => !is_open(feature.properties));
    this.cases = new Map([...closed, ...features].map((feature) => [feature.properties.number, feature]));
    this.changed.emit(null);
  }

  add(features) {
    for (const feature of features) if (!this.cases.has(feature.properties.number)) this.cases.set(feature.properties.number, feature);
    this.changed.emit(null);
  }

  // No more than these.
  keep(numbers) {
    for (const number of this.cases.keys()) if (!numbers.has(number)) this.cases.delete(number);
    this.changed.emit(null);
  }

  put(feature) {
    const before = this.cases.get(feature.properties.number) ?? null;
    this.cases.set(feature.properties.number, feature);
    this.changed.emit({ before, after: feature });
    return before;
  }
}

export const in_order = (order) => (order === "pressing" ? pressing_first : newest_first);

// Newest first; the number decides among equals.
export function newest_first(one, other) {
  const later = moments(other.properties).received - moments(one.properties).received;
  return later || (one.properties.number < other.properties.number ? 1 : -1);
}

// What presses most first; cases without a limit last, newest first among themselves.
export function pressing_first(one, other) {
  const a = moments(one.properties).due, b = moments(other.properties).due;
  return a === b ? newest_first(one, other) : a - b;
}
