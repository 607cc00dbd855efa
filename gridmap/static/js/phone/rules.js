// What a list shows before the server has heard of it. Pure.

// These hold whatever others did meanwhile: the server knows whose task it is. The rest is decided on what was seen.
const WHATEVER_VERSION = new Set(["accept", "start", "finish", "self_handle", "comment"]);
const ENDS_IT = ["finish", "self_handle", "hand_back", "hand_up", "dispatch", "verify", "rework"];
const ONCE_TAKEN = ["start", "finish", "hand_back", "comment", "attach"];
const BUTTONS = ["accept", "verify", "start", "finish", "dispatch", "consult", "self_handle", "hand_up", "hand_back", "rework", "comment"];

export const if_match = (action, etag) => (WHATEVER_VERSION.has(action) ? "*" : etag);

// The actions to offer, with what waits to be sent taken as done.
export function allowed_now(allowed, waiting) {
  const done = waiting.map((entry) => entry.action);
  if (done.some((action) => ENDS_IT.includes(action))) return ["comment", "attach"].filter((action) => allowed.includes(action));
  const now = done.includes("accept") ? ONCE_TAKEN : allowed;
  return now.filter((action) => !(action === "start" && done.includes("start")));
}

// In the order of their buttons; the first is the one most people want.
export const buttons_of = (allowed) => BUTTONS.filter((action) => allowed.includes(action));

// The next entry to send: in order, but a case whose entry was refused waits for its owner's decision.
export function next_of(entries) {
  const held = new Set();
  for (const entry of entries) {
    if (entry.problem) held.add(entry.number);
    else if (!held.has(entry.number)) return entry;
  }
  return null;
}

// Milliseconds until the next try after so many failures.
export const pause_after = (failures) => Math.min(2000 * 2 ** Math.max(0, failures - 1), 60000);
