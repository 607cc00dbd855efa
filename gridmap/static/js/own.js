// What only the server knows is whose: my tasks, my favourites. Asked again when cases change, at most every few seconds.
import { Refused, get, send } from "./api.js";
import { QUEUES } from "./queues.js";
import { signal } from "./signal.js";

const PAUSE_MS = 4000;
const OWN_GROUPS = ["waiting", "held"];

export class Own {
  constructor({ urls, queues, controls, store, filter, draw }) {
    Object.assign(this, { urls, queues, controls, store, filter, draw });
    this.changed = signal();
    this.hidden = new Set();
    filter.changed.on(({ tray }) => { if (tray === "favourite") this.#bring_ended(); });
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
      this.#take("mine", get(this.urls.mine, {}, { cache: "no-store" }).then(mine)),
      this.#take("favourite", get(this.urls.favourites, {}, { cache: "no-store" }).then((answer) => answer.cases)),
    ]);
    this.draw();
    this.changed.emit();
  }

  // Who has no such queue (an auditor has no tasks) does not see one; a server that is away changes nothing.
  async #take(queue, asked) {
    try {
      this.queues.take(queue, await asked);
    } catch (error) {
      if (!(error instanceof Refused) || ![403, 404].includes(error.status)) return;
      this.hidden.add(queue);
      this.controls.queues = QUEUES.filter((one) => !this.hidden.has(one));
    }
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

  // Ended cases are not on the screen until somebody asks for them.
  async #bring_ended() {
    const absent = [...this.queues.of.favourite].filter((number) => !this.store.get(number)).slice(0, 100);
    const found = await Promise.all(absent.map((number) => get(this.urls.case + encodeURIComponent(number)).catch(() => null)));
    const features = found.filter(Boolean);
    if (features.length) this.store.add(features);
  }
}
