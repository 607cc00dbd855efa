// Open cases of every grid on every level: the server's count, kept up by events, and checked against the server's again.
import { get } from "./api.js";
import { signal } from "./signal.js";
import { is_open } from "./urgency.js";

const NONE = { open: 0, last_24h: 0, overdue: 0 };

export class Counts {
  constructor(url) {
    this.url = url;
    this.of = new Map();
    this.past = null; // Those of a past moment that somebody looks at.
    this.changed = signal(); // (codes | null)
  }

  // Those the map shows.
  get shown() {
    return this.past ?? this.of;
  }

  get(code) {
    return this.shown.get(code) ?? NONE;
  }

  // Of now, or of a past moment (ISO).
  ask(at = null) {
    return get(this.url, { at }, { cache: "no-store" });
  }

  // The answer for a past moment, or null for now. What happens meanwhile is counted all the same.
  show_past(answer) {
    this.past = answer && new Map(Object.entries(answer.counts));
    this.changed.emit(null);
  }

  take(answer) {
    this.of = new Map(Object.entries(answer.counts));
    this.changed.emit(null);
  }

  // One case, as it was and as it is; `before` null when it was unknown.
  apply({ before, after }) {
    const touched = new Set();
    const step = (feature, by) => {
      if (!feature || !is_open(feature.properties)) return;
      for (const code of codes(feature.properties)) {
        const count = { ...(this.of.get(code) ?? NONE) };
        count.open = Math.max(0, count.open + by);
        if (by > 0 && !before) count.last_24h += 1;
        this.of.set(code, count);
        touched.add(code);
      }
    };
    step(before, -1);
    step(after, +1);
    if (touched.size && !this.past) this.changed.emit([...touched]);
  }
}

function codes(facts) {
  return [facts.grid, facts.village, facts.town].filter(Boolean).map((grid) => grid.code);
}

// Where two counts differ: what a missed event would look like.
export function differ(mine, theirs) {
  const keys = new Set([...Object.keys(mine), ...Object.keys(theirs)]);
  return [...keys].filter((code) => (mine[code]?.open ?? 0) !== (theirs[code]?.open ?? 0));
}
