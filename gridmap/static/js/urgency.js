// How a case stands against its time limit. The server's rule, so that a screen left alone stays right.
export const OPEN_STATES = ["discovered", "consulting", "dispatched", "handling", "suspended", "verifying", "rating"];
export const ENDED_STATES = ["closed", "void", "merged"];
export const STATES = [...OPEN_STATES, ...ENDED_STATES];
export const URGENCIES = ["overdue", "soon", "intime", "unlimited"];
const AN_HOUR = 3600000;
export const A_DAY = 24 * AN_HOUR;

export const is_open = (facts) => OPEN_STATES.includes(facts.state);

// Its moments as numbers, read once: a city has a hundred thousand cases, and each is looked at on every change.
const read = new WeakMap();
export function moments(facts) {
  let known = read.get(facts);
  if (!known) {
    known = { received: Date.parse(facts.received_at), due: facts.due_at ? Date.parse(facts.due_at) : Infinity, handled: facts.handled_at ? Date.parse(facts.handled_at) : null };
    read.set(facts, known);
  }
  return known;
}

export function urgency(facts, at) {
  if (!facts.due_at) return "unlimited";
  const { received, due, handled } = moments(facts);
  // It was handled in time or not, however long it then waits to be verified or rated.
  if (handled !== null) return handled > due ? "overdue" : "intime";
  if (at > due) return "overdue";
  const limit = due - received;
  return due - at <= Math.max(limit / 4, AN_HOUR) ? "soon" : "intime";
}

// What decides its colour: closed and void cases press nobody.
export const tone = (facts, at) => (is_open(facts) ? urgency(facts, at) : "done");
