// Where more cases are open than a screen can hold: the server counts them, draws the map's crowds, and tells the list page by page.
import { get } from "./api.js";
import { Crowds } from "./layers/crowds.js";
import { Paged } from "./paged.js";
import { MOST, Standing } from "./standing.js";
import { now } from "./times.js";

const AROUND = 500;
const AGAIN_MS = 60000; // Colours on tiles are those of the minute; and limits run out without any event.

export class City {
  // `kept()`: numbers of the cases that the page needs besides those of its list.
  constructor({ map, urls, store, filter, draw, trying, kept }) {
    Object.assign(this, { store, filter, kept });
    this.on = false;
    this.tiles = new Crowds(map, urls.caseTiles);
    this.standing = new Standing(urls.caseCounts);
    this.paged = new Paged({ url: urls.queue, store, filter });
    // Open cases within a bbox; where all are here, all.
    this.open_in = async (bbox) => (this.on ? (await get(urls.cases, { state: "open", bbox, limit: AROUND })).features : store.all);
    this.list_begins = () => { if (this.on) trying(this.paged.begin()).then(draw); };
    for (const part of [this.tiles, this.standing, this.paged]) part.changed.on(draw);
    filter.changed.on(this.list_begins);
    const again = () => this.on && !document.hidden && this.#again().catch(() => {}); // A minute later it is tried again.
    setInterval(again, AGAIN_MS);
    document.addEventListener("visibilitychange", again);
  }

  begin(on) {
    this.on = on;
    if (on) this.tiles.again();
    this.list_begins();
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

  // What of all that this screen knows belongs into the list, as `List.show` takes it; null: what stands there may stay.
  listed(shown) {
    const { known, first_of } = this.paged;
    if (!this.on) return { features: shown };
    return known === null ? null : { features: known ? this.paged.those(shown) : [], first_of, loading: !known };
  }

  touch(feature, before) {
    if (!this.on) return;
    this.tiles.touch(feature);
    this.tiles.touch(before);
    this.standing.ask_soon();
    this.paged.look_soon();
  }

  async #again() {
    this.tiles.again();
    this.standing.ask_soon();
    await this.paged.look();
    // The feed brings a city's every case; a page left open for days must not keep them.
    if (this.store.cases.size > MOST) this.store.keep(new Set([...this.paged.told, ...this.kept()]));
  }
}
