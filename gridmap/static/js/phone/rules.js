// What a list shows before the server has heard of it. Pure.

// These hold whatever others did meanwhile: the server knows whose task it is. The rest is decided on what was seen.
const WHATEVER_VERSION = new Set(["accept", "start", "finish", "self_handle", "comment", "ask_extension", "ask_suspension", "answer_supervision"]);
const ENDS_IT = new Set(["finish", "self_handle", "hand_back", "hand_up", "dispatch", "transfer", "verify", "rework", "close", "reopen", "void", "merge", "unmerge", "resume"]);
const ONCE_TAKEN = ["start", "finish", "hand_back", "transfer", "ask_extension", "ask_suspension", "comment", "attach"];
const AGAIN = new Set(["comment", "consult", "transfer", "supervise"]); // … may be done a second time before the first is sent.

export const if_match = (action, etag) => (WHATEVER_VERSION.has(action) ? "*" : etag);

// The actions to offer, with what waits to be sent taken as done.
export function allowed_now(allowed, waiting) {
  const done = new Set(waiting.map((entry) => entry.action));
  if ([...done].some((action) => ENDS_IT.has(action))) return ["comment", "attach"].filter((action) => allowed.includes(action));
  const now = done.has("accept") ? ONCE_TAKEN : allowed;
  return now.filter((action) => AGAIN.has(action) || !done.has(action));
}

// Which of two ETags of a case tells the later version: they end in v and a number that grows.
export const version_of = (etag) => Number(/v(\d+)"?$/.exec(etag ?? "")?.[1] ?? -1);

// Whether nothing but one's own action lies between two versions: whoever typed meanwhile has seen all there is.
export const one_step = (before, after) => version_of(before) >= 0 && version_of(after) === version_of(before) + 1;

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
