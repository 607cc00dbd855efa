// The open cases that the wall shows: all of them; of a city's those that press most, the newest, and what has just come.
import { get } from "../api.js";
import { at_most_every } from "../signal.js";
import { tone } from "../urgency.js";

const GATHER_MS = 10000;
const MARKS = 500;
const NEWEST = 5;

export class Open {
  // `fresh()`: the numbers of what has just come.
  constructor({ url, grid, store, standing, now, fresh, draw, missed }) {
    Object.assign(this, { url, grid, store, standing, now, fresh, draw });
    this.city = null; // {pressing, newest}: the server's answers, where the store does not hold all.
    this.soon = at_most_every(GATHER_MS, () => this.look().catch(missed));
  }

  async begin(beyond) {
    this.beyond = beyond;
    if (beyond) await this.look();
    else this.city = null;
  }

  look_soon() {
    if (this.beyond) this.soon();
  }

  async look() {
    const ask = (question) => get(this.url, { ...question, grid: this.grid }, { cache: "no-store" });
    const [pressing, newest] = await Promise.all([ask({ order: "pressing", urgency: "overdue,soon", limit: MARKS }), ask({ limit: NEWEST }), this.standing.ask()]);
    this.city = { pressing, newest };
    this.store.keep(this.fresh());
    this.draw();
  }

  // `marks` for the map, `newest` for the list (in any order); how many are open and overdue; and of how many the marks are some.
  get shown() {
    const held = this.store.all;
    if (!this.city) {
      const at = this.now();
      return { marks: held, newest: held, n: held.length, overdue: held.filter(({ properties }) => tone(properties, at) === "overdue").length, some_of: null };
    }
    const { pressing, newest } = this.city;
    const { open, overdue } = this.standing.figures;
    return { marks: together(pressing.features, held), newest: together(newest.features, held), n: open, overdue, some_of: pressing.next && pressing.matched };
  }
}

// What the feed has told since is newer.
function together(told, held) {
  return [...new Map([...told, ...held].map((feature) => [feature.properties.number, feature])).values()];
}
