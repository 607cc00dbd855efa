// Says in large letters when the wall does not show what is: the line is down, or the figures did not come.
import { by_id } from "../dom.js";
import { clock } from "../times.js";
import { t } from "../words.js";

const PATIENCE_MS = 4000; // A line that comes back at once needs no alarm.

export class Lost {
  constructor(live) {
    this.live = live;
    this.failed_since = null;
    this.node = by_id("wall-lost");
    live.changed.on(() => this.#look());
    setInterval(() => this.#look(), 1000);
  }

  told() {
    this.failed_since = null;
    this.#look();
  }

  missed() {
    this.failed_since ??= Date.now();
    this.#look();
  }

  #look() {
    const down = this.live.state === "live" ? null : this.live.since;
    const since = Math.min(down ?? Infinity, this.failed_since ?? Infinity);
    const lost = Date.now() - since > PATIENCE_MS;
    const words = lost ? t("wall.lost", { time: clock(since) }) : "";
    if (this.node.textContent !== words) this.node.textContent = words;
    this.node.hidden = !lost;
    document.body.classList.toggle("is-lost", lost);
  }
}
