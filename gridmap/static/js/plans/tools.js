// The tools for what is chosen: their buttons, the form one of them opens, and its way over a preview to the deed.
import { Refused } from "../api.js";
import { h, replace } from "../dom.js";
import { refusal } from "../handling/refusal.js";
import { t } from "../words.js";
import { Unreadable } from "./tool_fields.js";
import { TOOLS } from "./tool_list.js";

export class Tools {
  // `here(codes)`: what the tools ask about; `tracer`, `trial`, `draft`; `may()`; `opened(name or null)`: one was opened or closed;
  // `to_corners()`: takes hold of the first corner; `asks()`: a form waits to be filled in, with nothing to be drawn.
  constructor({ draft, here, tracer, trial, may, opened, to_corners, asks }) {
    Object.assign(this, { draft, here, tracer, trial, may, opened, to_corners, asks });
    this.node = h("div", { class: "tools-of-plan", dataset: { testid: "tools" } });
    this.codes = [];
  }

  // The buttons for these grids; an open form stays as long as it is about the same.
  offer(codes) {
    const same = codes.join() === this.codes.join();
    this.codes = codes;
    if (this.name && same && this.may()) return;
    this.close();
  }

  get #fitting() {
    const drawn = this.codes.filter((code) => this.here(this.codes).facts(code)?.drawn).length;
    const fits = (tool) => (tool.for === 2 ? drawn > 1 : drawn === tool.for);
    return this.may() && drawn === this.codes.length ? Object.keys(TOOLS).filter((name) => fits(TOOLS[name])) : [];
  }

  #draw() {
    const names = this.#fitting;
    replace(this.node, names.length > 0 && [
      h("h3", {}, t(this.codes.length ? "tools.grid" : "tools.village")),
      h("div", { class: "deed-buttons" }, this.codes.length > 0 && h("button", { type: "button", class: "deed", dataset: { testid: "to-corners" }, onclick: () => this.to_corners() }, t("deed.move")), names.map((name) => h("button", { type: "button", class: "deed", dataset: { testid: `tool-open-${name}` }, onclick: () => this.open(name) }, t(`deed.${name}`)))),
    ]);
  }

  close() {
    const before = this.name;
    this.name = null;
    this.tracer.stop();
    this.tracer.clear();
    this.trial.close();
    if (before) this.opened(null);
    this.#draw();
  }

  async open(name) {
    this.close();
    this.name = name;
    this.opened(name);
    const tool = TOOLS[name];
    const here = this.here(this.codes);
    let fields;
    try {
      fields = await tool.fields(here);
    } catch (error) {
      fields = [];
      this.draft.ask.refused(error instanceof Refused ? error : new Error(t("plan.unreachable")));
    }
    if (this.name !== name) return;
    this.#form(name, tool, here, fields);
  }

  #form(name, tool, here, fields) {
    const wrong = h("div", { class: "deed-word wrong", role: "alert", hidden: true, dataset: { testid: "tool-word" } });
    const say = (lines) => { wrong.hidden = !lines.length; replace(wrong, lines.map((line) => h("p", {}, line))); };
    const traced = {};
    const go = () => this.#go(name, tool, here, fields, traced, say);
    const trace = () => { say([]); this.trial.close(); this.tracer.start(tool.trace, { done: (places) => { traced[tool.trace] = places; go(); } }); };
    const submit = h("button", { type: "submit", class: "deed primary", dataset: { testid: "tool-go" } }, t(tool.plain ? "tool.save" : "tool.preview"));
    replace(this.node, h("form", { class: "deed-form", novalidate: true, "aria-label": t(`deed.${name}`), dataset: { testid: `tool-form-${name}` },
      onsubmit: (event) => { event.preventDefault(); if (tool.trace && !traced[tool.trace]) trace(); else go(); },
      onkeydown: (event) => { if (event.key === "Escape") { event.stopPropagation(); this.close(); } } },
    h("h3", {}, t(`deed.${name}`)), h("p", { class: "quiet" }, t(`tool.hint.${name}`)),
    fields.map(({ node }) => node), wrong,
    h("div", { class: "deed-buttons" }, submit,
      tool.trace && h("button", { type: "button", class: "deed", dataset: { testid: "tool-trace" }, onclick: trace }, t("tool.trace")),
      h("button", { type: "button", class: "deed", dataset: { testid: "tool-cancel" }, onclick: () => this.close() }, t("form.cancel")))));
    if (tool.trace) { trace(); return; }
    this.asks();
    this.node.querySelector("input, select, textarea, button")?.focus({ preventScroll: true });
  }

  async #go(name, tool, here, fields, traced, say) {
    say([]);
    try {
      const read = {};
      for (const field of fields) read[field.name] = await field.read();
      const body = tool.body(here, { ...read, ...traced });
      const done = tool.plain ? await this.draft.do(name, body) : await this.trial.run(name, body);
      if (done && this.name === name) this.close();
    } catch (error) {
      if (error instanceof Unreadable) say([error.message]);
      else if (error instanceof Refused) say(refusal(error));
      else say([t("plan.unreachable")]);
      // Another line may do.
      if (tool.trace) delete traced[tool.trace];
    }
  }
}
