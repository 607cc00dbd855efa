// How a case stands against its time limit. The server's rule, so that a screen left alone stays right.
export const OPEN_STATES = ["discovered", "consulting", "handling", "verifying"];
export const STATES = [...OPEN_STATES, "closed", "void"];
export const URGENCIES = ["overdue", "soon", "intime", "unlimited"];
const AN_HOUR = 3600000;
export const A_DAY = 24 * AN_HOUR;

export const is_open = (facts) => OPEN_STATES.includes(facts.state);

export function urgency(facts, at) {
  if (!facts.due_at) return "unlimited";
  const due = Date.parse(facts.due_at);
  if (at > due) return "overdue";
  const limit = due - Date.parse(facts.received_at);
  return due - at <= Math.max(limit / 4, AN_HOUR) ? "soon" : "intime";
}

// What decides its colour: closed and void cases press nobody.
export const tone = (facts, at) => (is_open(facts) ? urgency(facts, at) : "done");
