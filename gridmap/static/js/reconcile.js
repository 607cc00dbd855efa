// Every minute: does this screen still say what the server says? If not, it loads anew. A wall must not be wrong silently.
import { differ } from "./counts.js";
import { is_open } from "./urgency.js";

const EVERY_MS = 60000;

export function reconcile({ counts, store, live, beyond, reload }) {
  let doubts = 0;
  const look = async () => {
    if (live.state !== "live" || document.hidden) return;
    const answer = await counts.ask().catch(() => null);
    // Only like with like: both must stand at the same event.
    if (!answer || answer.position !== live.last) return;
    const mine = store.all.filter((feature) => is_open(feature.properties)).length;
    if (beyond()) { counts.take(answer); return; }
    const wrong = mine !== answer.total_open || differ(Object.fromEntries(counts.of), answer.counts).length > 0;
    doubts = wrong ? doubts + 1 : 0;
    counts.take(answer);
    if (doubts > 0 && mine !== answer.total_open) { doubts = 0; await reload(); }
  };
  setInterval(look, EVERY_MS);
  return look;
}
