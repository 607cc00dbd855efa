// The key figures, each a number one can read from the door.
import { by_id, h, replace } from "../dom.js";
import { figure, t } from "../words.js";

const SHORT = 6; // Signs, for which a figure has room in full size.
const share = ({ value }) => (value === null ? "—" : `${(100 * value).toFixed(1)}%`);
const WHAT = [
  ["filed", (told) => told.today.filed, (told) => t("wall.reported", { n: figure(told.today.reported) })],
  ["closed", (told) => told.today.closed, () => ""],
  ["on_time", (told) => share(told.on_time), ({ on_time }) => t("wall.of", { n: figure(on_time.numerator), of: figure(on_time.denominator) })],
  ["soon", (told) => told.standing.soon, () => ""],
  ["overdue", (told) => told.standing.overdue, () => ""],
  ["open", (told) => told.standing.open, (told) => t("wall.suspended", { n: figure(told.standing.suspended) })],
];

export class Figures {
  constructor() {
    this.parts = WHAT.map(([key, number, words]) => {
      const value = h("b", {}, "–");
      const small = h("small", {});
      return { key, number, words, value, small, node: h("div", { class: `wall-figure is-${key}`, dataset: { testid: `wall-${key}` } }, h("dt", {}, t(`wall.${key}`)), h("dd", {}, value, small)) };
    });
    replace(by_id("wall-figures"), this.parts.map((part) => part.node));
  }

  draw(told) {
    for (const part of this.parts) {
      const number = part.number(told);
      const text = typeof number === "number" ? figure(number) : number;
      if (part.value.textContent !== text && part.value.textContent !== "–") this.#bump(part.node);
      part.value.textContent = text;
      part.value.classList.toggle("is-long", text.length > SHORT);
      part.small.textContent = part.words(told);
    }
  }

  #bump(node) {
    node.classList.remove("bumped");
    requestAnimationFrame(() => node.classList.add("bumped"));
  }
}
