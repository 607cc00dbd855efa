// Follows what happens: each event changes the store by the case's number, and everybody who looks at the store.
import { is_open } from "./urgency.js";
import { at_most_every } from "./signal.js";
import { snapshot } from "./snapshot.js";

const FRESH_MS = 90000;
const COUNTED_EVERY_MS = 15000;

export class Following {
  // `standing`: how many cases are open; of more than a screen holds the store gets none but by events, and `on_loaded(true)` is told.
  // `scope`: which open cases, by the server's parameters.
  // `others`: {kind: (event) => void} for events that are not about cases.
  constructor({ urls, store, counts, live, others, on_fresh, on_touched, on_loaded, standing, scope = {} }) {
    Object.assign(this, { urls, store, counts, live, others, on_fresh, on_touched, on_loaded, standing, scope });
    this.beyond = false; // There are more open cases than this screen holds.
    this.count_soon = at_most_every(COUNTED_EVERY_MS, () => this.counts.ask().then((answer) => this.#counted(answer), () => {}));
    live.happened.on((event, caught_up) => this.#take(event, caught_up));
    live.reset.on(() => this.load());
  }

  // Everything anew; what the feed brought meanwhile comes again from the snapshot's position, and changes nothing.
  async load() {
    const { position: from } = await this.standing.ask();
    this.beyond = this.standing.beyond;
    const [position, counted] = await Promise.all([this.beyond ? this.#none(from) : this.#all(), this.counts.ask()]);
    this.#counted(counted);
    this.on_loaded(this.beyond);
    if (this.live.running) this.live.resume(position);
    else this.live.start(position);
  }

  #none(position) {
    this.store.replace([]);
    return position;
  }

  // Page by page, so that the first cases are seen while the others still come.
  #all() {
    return snapshot(this.urls.cases, { state: "open", ...this.scope }, (features, first) => (first ? this.store.replace(features) : this.store.add(features)));
  }

  #counted(answer) {
    this.counts.take(answer);
    this.counted_at = answer.position ?? 0;
  }

  #take(event, caught_up) {
    const feature = event.data?.case;
    if (feature?.properties?.number) this.#case(event, feature, caught_up);
    else this.others[event.kind]?.(event);
  }

  #case(event, feature, caught_up) {
    const before = this.store.put(feature);
    // The count was taken by the server at a position of its own; what it already holds is not counted twice.
    // Where cases are unknown here, nobody knows how this one was counted before, unless it is new.
    if (this.beyond && event.kind !== "case.opened") this.count_soon();
    else if (event.position > this.counted_at) this.counts.apply({ before, after: feature });
    const recent = Date.now() - Date.parse(event.at) < FRESH_MS;
    const arrived = event.kind === "case.opened" || event.kind === "alert.joined";
    if (arrived && is_open(feature.properties) && (caught_up || recent)) this.on_fresh(feature, event.kind === "case.opened");
    this.on_touched(feature, before);
  }
}
