// The bar: undo and redo, at which stage the plan is, and what leads it to another.
import { by_id, h, replace } from "../dom.js";
import { icon } from "../glyphs.js";
import { t } from "../words.js";

// Which right each turn needs. Approving and publishing stand on the page that says what will change.
const TURNS = { submit: "grids.plan", send_back: "plan.approve", abandon: "grids.plan" };

export class Head {
  // `draft`; `allowed`: the rights one has here; `may()`: whether one may draw now; `review`: the page of what will change; `keys()`.
  constructor(draft, { allowed, may, review, keys }) {
    Object.assign(this, { draft, allowed, may, review });
    const tool = (name, keys) => h("button", { type: "button", class: "tool", "aria-label": t(`plan.${name}`), title: `${t(`plan.${name}`)} (${keys})`, dataset: { testid: name }, onclick: () => draft[name]() }, icon(name));
    this.tools = { undo: tool("undo", "Ctrl Z"), redo: tool("redo", "Ctrl Shift Z") };
    const help = h("button", { type: "button", class: "tool", "aria-label": t("keys.help"), title: `${t("keys.help")} (?)`, dataset: { testid: "keys" }, onclick: keys }, "?");
    replace(by_id("plan-tools"), allowed.has("grids.plan") && [...Object.values(this.tools), help]);
    draft.changed.on(() => this.#draw());
  }

  #draw() {
    const { stage, turns } = this.draft.facts;
    for (const [name, tool] of Object.entries(this.tools)) tool.disabled = !this.may() || this.draft.steps[name] === null;
    replace(by_id("plan-stage"), h("span", { class: `pill plain stage-${stage}`, dataset: { testid: "stage", stage } }, t(`stage.${stage}`)));
    const open = turns.filter((turn) => this.allowed.has(TURNS[turn]));
    replace(by_id("plan-turns"), h("a", { class: "deed", href: this.review, dataset: { testid: "review" } }, t("plan.review")), open.map((turn) => h("button", { type: "button", class: `deed ${turn === "submit" ? "primary" : ""}`, dataset: { testid: `turn-${turn}` }, onclick: () => this.#turn(turn) }, t(`turn.${turn}`))));
  }

  #turn(turn) {
    if (turn !== "abandon" || window.confirm(t("turn.abandon.sure"))) this.draft.turn(turn);
  }
}
