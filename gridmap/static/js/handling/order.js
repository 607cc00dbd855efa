// Which deeds of a case are offered, and in which order. Pure.

// What one most probably wants first; the table's other actions follow as they stand there.
const FIRST = ["accept", "start", "finish", "verify", "rework", "close", "dispatch", "self_handle", "consult", "hand_up", "review", "resume", "answer_supervision", "hand_back", "comment"];

// `facts`: the case's properties with what the loop wrote.
export function in_order(allowed, facts) {
  const urgent = [!facts.category && "classify", !facts.grid && "locate"].filter(Boolean);
  const order = [...urgent, ...FIRST];
  const place = (action) => (order.includes(action) ? order.indexOf(action) : order.length + allowed.indexOf(action));
  return allowed.filter((action) => has_object(action, facts)).sort((one, other) => place(one) - place(other));
}

// Nothing to review, answer or lift: no button.
export function has_object(action, { requests = [], supervisions = [] }) {
  if (action === "review") return requests.some((one) => one.state === "asked");
  if (action === "answer_supervision") return supervisions.some((one) => !one.answered_at && !one.lifted_at);
  if (action === "lift_supervision") return supervisions.some((one) => !one.lifted_at);
  return true;
}
