// The operator's queues: what waits for whom, each a filter with an exact count.
import { is_open, tone } from "./urgency.js";

// In the order they are shown. "mine" and "favourite" are the server's to say; the others can be seen from the case.
export const QUEUES = ["", "mine", "overdue", "soon", "unrouted", "triage", "verifying", "favourite"];
const PRESSED = new Set(["discovered", "consulting", "dispatched", "handling"]);

export class Queues {
  constructor() {
    this.of = { mine: new Set(), favourite: new Set() };
  }

  take(queue, numbers) {
    this.of[queue] = new Set(numbers);
  }

  holds(queue, feature, at) {
    const facts = feature.properties;
    switch (queue) {
      case "": return true;
      case "mine": case "favourite": return this.of[queue].has(facts.number);
      case "unrouted": case "triage": return facts.trays.includes(queue);
      case "verifying": return facts.state === "verifying";
      case "overdue": return tone(facts, at) === "overdue";
      // What is handled already, or stands still, runs no risk.
      case "soon": return PRESSED.has(facts.state) && tone(facts, at) === "soon";
      default: return false;
    }
  }

  // What of a queue the server can be asked for; null where only this screen knows whose the cases are.
  static question(queue) {
    switch (queue) {
      case "mine": case "favourite": return null;
      case "unrouted": case "triage": return { tray: queue };
      case "verifying": return { states: ["verifying"] };
      case "overdue": return { urgencies: ["overdue"] };
      case "soon": return { states: [...PRESSED], urgencies: ["soon"] };
      default: return {};
    }
  }

  // The same by the server's count, which does not know whose the cases are.
  waiting(standing) {
    return Object.fromEntries(QUEUES.map((queue) => [queue, standing.of(queue) ?? this.of[queue].size]));
  }

  // How many open cases each holds; favourites count closed ones too.
  count(features, at) {
    const counts = Object.fromEntries(QUEUES.map((queue) => [queue, 0]));
    for (const feature of features) {
      if (!is_open(feature.properties)) continue;
      for (const queue of QUEUES) if (this.holds(queue, feature, at)) counts[queue] += 1;
    }
    return counts;
  }
}
