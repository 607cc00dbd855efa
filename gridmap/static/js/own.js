// What only the server knows is whose: my tasks, my favourites. Asked again when cases change, at most every few seconds.
import { get, send } from "./api.js";
import { by_id } from "./dom.js";
import { QUEUES } from "./queues.js";
import { signal } from "./signal.js";

const PAUSE_MS = 4000;
const OWN_GROUPS = ["waiting", "held"];

export class Own {
  constructor({ urls, queues, controls, store, filter, draw }) {
    Object.assign(this, { urls, queues, controls, store, filter, draw });
    this.changed = signal();
    this.kept = by_id("trays").dataset.own.split(" "); // Not everybody has these: an auditor has no tasks.
    this.controls.queues = QUEUES.filter((queue) => this.kept.includes(queue) || !(queue in queues.of));
    filter.changed.on(() => this.#bring());
    document.addEventListener("visibilitychange", () => { if (!document.hidden && this.missed) this.look_again(); });
  }

  // At once the first time; then gathered, so that a busy hour asks no more than a quiet one.
  look_again() {
    if (this.waiting) return;
    const pause = Math.max(0, (this.asked_at ?? -PAUSE_MS) + PAUSE_MS - performance.now());
    this.waiting = setTimeout(() => { this.waiting = null; this.#look(); }, pause);
  }

  async #look() {
    this.missed = document.hidden;
    if (document.hidden) return;
    this.asked_at = performance.now();
    const mine = (answer) => answer.items.filter((item) => OWN_GROUPS.includes(item.group)).map((item) => item.case.properties.number);
    await Promise.all([
      this.#take("mine", this.urls.mine, mine),
      this.#take("favourite", this.urls.favourites, (answer) => answer.cases),
    ]);
    this.#bring();
    this.draw();
    this.changed.emit();
  }

  // A server that is away changes nothing.
  async #take(queue, url, read) {
    if (!this.kept.includes(queue)) return;
    const answer = await get(url, {}, { cache: "no-store" }).catch(() => null);
    if (answer) this.queues.take(queue, read(answer));
  }

  is_favourite(number) {
    return this.queues.of.favourite.has(number);
  }

  async favour(number, wanted) {
    await send(`${this.urls.case}${encodeURIComponent(number)}/favourite`, {}, { method: wanted ? "PUT" : "DELETE" });
    this.queues.of.favourite[wanted ? "add" : "delete"](number);
    this.draw();
    this.changed.emit();
  }

  // Ended cases, and a city's older ones, are not on the screen until somebody asks for them.
  async #bring() {
    const absent = [...(this.queues.of[this.filter.wanted.tray] ?? [])].filter((number) => !this.store.get(number)).slice(0, 100);
    const found = await Promise.all(absent.map((number) => get(this.urls.case + encodeURIComponent(number)).catch(() => null)));
    const features = found.filter(Boolean);
    if (features.length) this.store.add(features);
  }
}
