// Follows what happens: each event changes the store by the case's number, and everybody who looks at the store.
import { is_open } from "./urgency.js";
import { snapshot } from "./snapshot.js";

const FRESH_MS = 90000;

export class Following {
  // `others`: {kind: (event) => void} for events that are not about cases.
  constructor({ urls, store, counts, live, others, on_fresh, on_touched }) {
    Object.assign(this, { urls, store, counts, live, others, on_fresh, on_touched });
    live.happened.on((event, caught_up) => this.#take(event, caught_up));
    live.reset.on(() => this.load());
  }

  // Everything anew; what the feed brought meanwhile comes again from the snapshot's position, and changes nothing.
  async load() {
    // Page by page, so that the first cases are seen while a city's others still come.
    const take = (features, first) => (first ? this.store.replace(features) : this.store.add(features));
    const [position, counted] = await Promise.all([snapshot(this.urls.cases, { state: "open" }, take), this.counts.ask()]);
    this.counts.take(counted);
    this.counted_at = counted.position ?? 0;
    if (this.live.running) this.live.resume(position);
    else this.live.start(position);
  }

  #take(event, caught_up) {
    const feature = event.data?.case;
    if (feature?.properties?.number) this.#case(event, feature, caught_up);
    else this.others[event.kind]?.(event);
  }

  #case(event, feature, caught_up) {
    const before = this.store.put(feature);
    // The count was taken by the server at a position of its own; what it already holds is not counted twice.
    if (event.position > this.counted_at) this.counts.apply({ before, after: feature });
    const recent = Date.now() - Date.parse(event.at) < FRESH_MS;
    const arrived = event.kind === "case.opened" || event.kind === "alert.joined";
    if (arrived && is_open(feature.properties) && (caught_up || recent)) this.on_fresh(feature, event.kind === "case.opened");
    this.on_touched(feature.properties.number);
  }
}
