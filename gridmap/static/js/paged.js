// A city's list: the server says which cases come first, page by page, and how many there are; up to the last one that it told
// this screen knows every case, for the feed brings what changes.
import { get } from "./api.js";
import { at_most_every, signal } from "./signal.js";
import { in_order } from "./store.js";
import { now } from "./times.js";

const PAGE = 60;
const MOST = 1000; // Rows; who looks for one beyond narrows the filter.
const GATHER_MS = 3000;

export class Paged {
  constructor({ url, store, filter }) {
    Object.assign(this, { url, store, filter });
    this.changed = signal();
    this.look_soon = at_most_every(GATHER_MS, () => document.hidden || this.look().catch(() => {})); // It is looked at again.
    this.#forget();
  }

  // The question is another one: from the beginning.
  async begin() {
    this.#forget();
    await this.look().catch((error) => { this.known ??= false; throw error; });
  }

  // The same again: time has passed, or something happened.
  look() {
    return this.#bring({ limit: Math.min(MOST, Math.max(PAGE, this.told.size)) });
  }

  async more() {
    if (this.next && this.told.size < MOST) await this.#bring({ limit: PAGE, cursor: this.next });
  }

  // Of how many the list has the first, and whether more can be had; null where it has all.
  get first_of() {
    return this.next && { matched: this.matched, more: this.told.size < MOST };
  }

  // Of these cases those up to the last one that was told; all, where there are no more or only the page knows whose they are.
  those(features) {
    const after = in_order(this.filter.wanted.order);
    return this.next ? features.filter((feature) => after(feature, this.last) <= 0) : features;
  }

  // `known`: false where the server could not be asked, null while it is asked for the first time.
  #forget() {
    Object.assign(this, { told: new Set(), last: null, next: null, matched: 0, known: null, turn: (this.turn ?? 0) + 1 });
  }

  async #bring(page) {
    const { order } = this.filter.wanted;
    const question = this.filter.question(now());
    if (question === null) { this.known = true; return; }
    const turn = this.turn = this.turn + 1;
    const answer = await get(this.url, { ...question, order, ...page }, { cache: "no-store" });
    if (turn !== this.turn) return;
    const kept = page.cursor ? this.told : [];
    this.told = new Set([...kept, ...answer.features.map((feature) => feature.properties.number)]);
    this.last = [...answer.features].sort(in_order(order)).at(-1) ?? null;
    Object.assign(this, { next: answer.next, matched: answer.matched, known: true });
    this.store.add(answer.features);
    this.changed.emit();
  }
}
