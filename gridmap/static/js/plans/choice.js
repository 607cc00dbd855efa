// Which grids of the plan are chosen, in the order somebody chose them.
import { signal } from "../signal.js";

export class Choice {
  constructor() {
    this.codes = [];
    this.several = false; // whether a click on another grid adds it
    this.changed = signal(); // (codes, how)
  }

  only(code, how = {}) {
    this.#become([code], how);
  }

  these(codes) {
    this.#become(codes, {});
  }

  // A click: this one, or one more or less.
  click(code, more) {
    if (more || this.several) this.toggle(code);
    else this.only(code);
  }

  // One more, or one less.
  toggle(code) {
    this.#become(this.codes.includes(code) ? this.codes.filter((one) => one !== code) : [...this.codes, code], {});
  }

  clear() {
    if (this.codes.length) this.#become([], {});
  }

  // Those that are no more are no longer chosen.
  keep(known) {
    const left = this.codes.filter((code) => known.has(code));
    if (left.length < this.codes.length) this.#become(left, {});
  }

  #become(codes, how) {
    this.codes = codes;
    this.changed.emit(codes, how);
  }
}
