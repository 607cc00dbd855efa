// Where more cases are open than a screen can hold: the server counts the map, and the list asks for what its filter lets through.
import { get } from "./api.js";
import { Crowds } from "./layers/crowds.js";
import { now } from "./times.js";

export const MOST = 5000; // Open cases that a screen holds.
const AGAIN_MS = 60000; // Colours on tiles are those of the minute.

export class City {
  constructor({ map, urls, store, filter, draw, trying }) {
    Object.assign(this, { urls, store, filter });
    this.on = false;
    this.more = true; // Than the list holds.
    this.tiles = new Crowds(map, urls.caseTiles);
    this.tiles.changed.on(draw);
    filter.changed.on(() => trying(this.#complete()).then(draw));
    setInterval(() => this.on && this.tiles.again(), AGAIN_MS);
  }

  begin(on) {
    this.on = on;
    if (on) this.tiles.again();
  }

  // What stands on the map; `kept` are the marks of those that must be seen by themselves.
  marks(hidden, shown, kept) {
    const question = this.on && !hidden ? this.filter.question(now()) : null;
    this.tiles.ask(question);
    if (hidden) return [[], []];
    if (question === null) return [shown, []];
    const alone = this.tiles.features;
    const there = new Set(alone.map((feature) => feature.properties.number));
    return [[...alone, ...shown.filter(({ properties: { number } }) => kept.has(number) && !there.has(number))], this.tiles.crowds];
  }

  touch(feature, before) {
    if (!this.on) return;
    this.tiles.touch(feature);
    this.tiles.touch(before);
  }

  // The list holds the newest of all; of what a filter lets through it must hold all there are, or the newest of those.
  async #complete() {
    const { wanted, words, narrowed } = this.filter;
    const question = this.filter.question(now());
    this.more = question !== null; // Whose own they are, all of those are here.
    if (!this.on || !question || !(narrowed || wanted.tray)) return;
    const page = await get(this.urls.cases, { ...question, urgency: null, limit: MOST }, { cache: "no-store" });
    this.store.add(page.features);
    if (this.filter.words === words) this.more = page.next !== null;
  }
}
