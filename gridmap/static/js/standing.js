// How many open cases stand how, by the server's count of all of them: what the queues, filters and figures of a city go by.
import { get } from "./api.js";
import { Queues } from "./queues.js";
import { at_most_every, signal } from "./signal.js";

export const MOST = 5000; // Open cases that a screen holds.
const GATHER_MS = 2000;

export class Standing {
  constructor(url, params = {}) {
    this.url = url;
    this.params = params;
    this.changed = signal();
    this.rows = [];
    this.sources = new Set();
    this.ask_soon = at_most_every(GATHER_MS, () => document.hidden || this.ask().catch(() => {})); // It is asked for again.
  }

  async ask() {
    const answer = await get(this.url, this.params, { cache: "no-store" });
    this.rows = answer.standing;
    this.sources = new Set(Object.keys(answer.sources));
    this.changed.emit();
    return answer;
  }

  // More are open than a screen holds.
  get beyond() {
    return this.figures.open > MOST;
  }

  get figures() {
    return { open: this.#sum({}), overdue: this.#sum({ urgencies: ["overdue"] }), day: this.#sum({}, "last_24h") };
  }

  // Of every state and urgency.
  get by() {
    const counted = { state: {}, urgency: {} };
    for (const row of this.rows) for (const key of ["state", "urgency"]) counted[key][row[key]] = (counted[key][row[key]] ?? 0) + row.n;
    return counted;
  }

  // What waits in a queue; null where only the page knows whose the cases are.
  of(queue) {
    const question = Queues.question(queue);
    return question && this.#sum(question, question.tray);
  }

  #sum({ states, urgencies }, column = "n") {
    const those = this.rows.filter((row) => (!states || states.includes(row.state)) && (!urgencies || urgencies.includes(row.urgency)));
    return those.reduce((sum, row) => sum + row[column], 0);
  }
}
