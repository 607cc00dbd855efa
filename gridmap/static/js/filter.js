// Which cases are shown, in the list and on the map alike; kept in the page's address, and under names of one's own.
import { A_DAY, OPEN_STATES, STATES, URGENCIES, moments, tone } from "./urgency.js";
import { QUEUES, Queues } from "./queues.js";
import { signal } from "./signal.js";

const ORDERS = ["newest", "pressing"];
const fresh = () => ({ states: new Set(OPEN_STATES), urgencies: new Set(), source: "", grid: null, last_day: false, tray: "", order: "newest" });

export class Filter {
  constructor(queues = new Queues()) {
    this.queues = queues;
    this.wanted = fresh();
    this.changed = signal();
  }

  set(change) {
    Object.assign(this.wanted, change);
    this.changed.emit(this.wanted);
  }

  toggle(which, value) {
    const set = new Set(this.wanted[which]);
    if (!set.delete(value)) set.add(value);
    this.set({ [which]: set });
  }

  // With all open states shown, pressing one asks for that one alone; without any, all open ones are shown again.
  press_state(value) {
    const states = this.all_open ? new Set() : new Set(this.wanted.states);
    if (!states.delete(value)) states.add(value);
    this.set({ states: states.size ? states : new Set(OPEN_STATES) });
  }

  get all_open() {
    const { states } = this.wanted;
    return states.size === OPEN_STATES.length && OPEN_STATES.every((one) => states.has(one));
  }

  clear() {
    this.wanted = { ...fresh(), tray: this.wanted.tray, order: this.wanted.order };
    this.changed.emit(this.wanted);
  }

  get narrowed() {
    const { urgencies, source, grid, last_day } = this.wanted;
    return urgencies.size > 0 || source !== "" || grid !== null || last_day || !this.all_open;
  }

  passes(feature, at) {
    const facts = feature.properties;
    const { states, urgencies, source, grid, last_day, tray } = this.wanted;
    return (
      (states.has(facts.state) || tray === "favourite") &&
      (!urgencies.size || urgencies.has(tone(facts, at))) &&
      (!source || facts.source === source) &&
      (!grid || (facts.grid?.code ?? "").startsWith(grid.code)) &&
      (!last_day || at - moments(facts).received < A_DAY) &&
      this.queues.holds(tray, feature, at)
    );
  }

  // The same as a question to the server, by its parameters; null where nothing can fit, or the server can't tell.
  question(at) {
    const { states, urgencies, source, grid, last_day, tray } = this.wanted;
    const queue = Queues.question(tray);
    if (!queue) return null;
    const asked = [...states].filter((one) => !queue.states || queue.states.includes(one));
    const pressing = queue.urgencies ? queue.urgencies.filter((one) => !urgencies.size || urgencies.has(one)) : [...urgencies];
    if (!asked.length || (queue.urgencies && !pressing.length)) return null;
    // In whole minutes, so that the same question stays the same for a while.
    const since = last_day ? new Date(Math.floor((at - A_DAY) / 60000) * 60000).toISOString() : null;
    const all = { state: asked.join(","), urgency: pressing.join(","), source, grid: grid?.code, since, tray: queue.tray };
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value));
  }

  // What differs from the first look, as an address or a saved filter keeps it.
  get words() {
    const { states, urgencies, source, grid, last_day, tray, order } = this.wanted;
    const params = new URLSearchParams();
    if (tray) params.set("queue", tray);
    if (!this.all_open) params.set("state", [...states].join(","));
    if (urgencies.size) params.set("urgency", [...urgencies].join(","));
    if (source) params.set("source", source);
    if (grid) params.set("grid", grid.code);
    if (last_day) params.set("day", "1");
    if (order !== "newest") params.set("order", order);
    return params.toString();
  }

  // The same, back again; what makes no sense is as if it had not been said.
  take(words) {
    const params = new URLSearchParams(words);
    const several = (name, known) => (params.get(name) ?? "").split(",").filter((one) => known.includes(one));
    const states = several("state", STATES);
    const code = params.get("grid") ?? "";
    const same_grid = this.wanted.grid?.code === code ? this.wanted.grid : { code };
    this.wanted = {
      states: new Set(states.length ? states : OPEN_STATES),
      urgencies: new Set(several("urgency", URGENCIES)),
      source: params.get("source") ?? "",
      grid: /^\d{1,15}$/.test(code) ? same_grid : null,
      last_day: params.get("day") === "1",
      tray: QUEUES.includes(params.get("queue")) ? params.get("queue") : "",
      order: ORDERS.includes(params.get("order")) ? params.get("order") : "newest",
    };
    this.changed.emit(this.wanted);
  }
}
