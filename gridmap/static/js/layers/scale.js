// How a grid's open cases are graded into colours: finely in a quiet town, coarsely after a storm, so that the map
// always tells its grids apart. The steps are round numbers and change seldom, for eyes that know them by heart.
import { at_most_every, signal } from "../signal.js";

const FIRST = { micro: [1, 2, 4, 8], village: [1, 3, 6, 12], town: [1, 50, 200, 1000] };
const DIGITS = { micro: 15, village: 12, town: 9 };
const ROUND = [1, 2, 5];
const SPARED = 0.2; // The share of the busy grids that may be in the darkest colour.
const LOOK_MS = 1000;

export const steps_of = (level, factor = 1) => FIRST[level].map((step, index) => (index ? step * factor : step));
export const load_step = (level, open, factor = 1) => steps_of(level, factor).filter((at_least) => open >= at_least).length;

// The first of 1, 2, 5, 10, 20 … with which no more than a fifth of the grids that have cases are in the darkest colour.
export function factor_for(level, figures) {
  const busy = figures.filter((open) => open > 0).sort((one, other) => other - one);
  const must_differ = busy[Math.ceil(busy.length * SPARED)] ?? 0;
  for (let place = 0; ; place += 1) {
    const factor = ROUND[place % ROUND.length] * 10 ** Math.floor(place / ROUND.length);
    if (must_differ < FIRST[level].at(-1) * factor) return factor;
  }
}

// Up at once, down only with some room to spare: one case more or less must not recolour a town to and fro.
export function settled(level, figures, before) {
  const wanted = factor_for(level, figures);
  return wanted >= before ? wanted : Math.min(before, factor_for(level, figures.map((open) => open * 1.25)));
}

export class Scale {
  constructor(counts) {
    this.counts = counts;
    this.factors = { micro: 1, village: 1, town: 1 };
    this.changed = signal();
    const soon = at_most_every(LOOK_MS, () => this.#look());
    counts.changed.on((codes) => (codes ? soon() : this.#look()));
  }

  steps(level) {
    return steps_of(level, this.factors[level]);
  }

  step(level, open) {
    return load_step(level, open, this.factors[level]);
  }

  #look() {
    const before = String(Object.values(this.factors));
    for (const level of Object.keys(this.factors)) this.factors[level] = settled(level, figures_of(level, this.counts.shown), this.factors[level]);
    if (String(Object.values(this.factors)) !== before) this.changed.emit();
  }
}

function figures_of(level, counts) {
  return [...counts].filter(([code]) => code.length === DIGITS[level]).map(([, { open }]) => open);
}
