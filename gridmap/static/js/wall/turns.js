// The views take turns. Who wants to look longer holds them, or chooses one: by mouse, by keys, by a presenter's remote.
import { by_id, h, replace } from "../dom.js";
import { t } from "../words.js";

export class Turns {
  constructor(panels, seconds) {
    this.panels = panels;
    this.seconds = seconds;
    this.at = 0;
    this.held = false;
    replace(by_id("wall-views"), panels.map((panel) => panel.node));
    this.dots = panels.map((panel, index) => h("button", { type: "button", onclick: () => this.show(index), dataset: { turn: panel.key } }, t(`wall.turn.${panel.key}`)));
    this.hold = h("button", { type: "button", class: "wall-hold", "aria-pressed": false, dataset: { testid: "wall-hold" }, onclick: () => this.toggle() }, t("wall.hold"));
    const full = h("button", { type: "button", onclick: () => full_screen() }, t("button.screen"));
    replace(by_id("wall-turns"), this.dots, this.hold, full);
    addEventListener("keydown", (event) => this.#key(event));
    this.show(0);
  }

  start() {
    this.timer = setInterval(() => { if (!this.held && Date.now() - this.since >= this.seconds * 1000) this.show(this.at + 1); }, 500);
  }

  show(index) {
    this.at = (index + this.panels.length) % this.panels.length;
    this.since = Date.now();
    this.panels.forEach(({ node }, place) => { node.classList.toggle("is-shown", place === this.at); node.setAttribute("aria-hidden", String(place !== this.at)); });
    this.dots.forEach((dot, place) => dot.setAttribute("aria-current", String(place === this.at)));
  }

  toggle() {
    this.held = !this.held;
    this.since = Date.now();
    this.hold.setAttribute("aria-pressed", String(this.held));
  }

  #key(event) {
    if (event.target.closest?.("button, a") && (event.key === " " || event.key === "Enter")) return;
    if (event.key === "ArrowRight" || event.key === "PageDown") this.show(this.at + 1);
    else if (event.key === "ArrowLeft" || event.key === "PageUp") this.show(this.at - 1);
    else if (event.key === " ") this.toggle();
    else if (event.key === "f" || event.key === "F") full_screen();
    else return;
    event.preventDefault();
  }
}

function full_screen() {
  const done = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen();
  done.catch(() => { /* The browser may forbid it; its own key still works. */ });
}
