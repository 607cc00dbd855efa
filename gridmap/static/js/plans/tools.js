// The tools for what is chosen: their buttons, the form one of them opens, and its way over a preview to the deed.
import { Refused } from "../api.js";
import { h, replace } from "../dom.js";
import { refusal } from "../handling/refusal.js";
import { t } from "../words.js";
import { Unreadable } from "./tool_fields.js";

export class Tools {
  // `list`: the tools; `here(codes)`: what they ask about; `tracer`, `trial`, `draft`; `may()`; `opened(name or null)`: one was opened
  // or closed; `asks()`: a form waits to be filled in, with nothing to be drawn; `title(codes)`: what stands over the buttons;
  // `first(codes)`: a button before those of the tools.
  constructor({ list, draft, here, tracer, trial, may, opened, asks, title, first = () => null }) {
    Object.assign(this, { list, draft, here, tracer, trial, may, opened, asks, title, first });
    this.node = h("div", { class: "tools-of-plan", dataset: { testid: "tools" } });
    this.codes = [];
    this.fields = []; // of the open form
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
    return this.may() && drawn === this.codes.length ? Object.keys(this.list).filter((name) => fits(this.list[name])) : [];
  }

  #draw() {
    const names = this.#fitting;
    replace(this.node, names.length > 0 && [
      h("h3", {}, this.title(this.codes)),
      h("div", { class: "deed-buttons" }, this.first(this.codes), names.map((name) => h("button", { type: "button", class: "deed", dataset: { testid: `tool-open-${name}` }, onclick: () => this.open(name) }, t(`deed.${name}`)))),
    ]);
  }

  close() {
    if (this.name) {
      this.name = null;
      this.fields = [];
      this.tracer.stop();
      this.tracer.clear();
      this.trial.close();
      this.opened(null);
    }
    this.#draw();
  }

  // Something clicked on the map answers what an open form asks for; whether it does.
  take(code) {
    const asking = this.name && this.fields.find((field) => field.take);
    asking?.take(code);
    return Boolean(asking);
  }

  async open(name) {
    this.close();
    this.name = name;
    this.opened(name);
    const tool = this.list[name];
    const here = this.here(this.codes);
    let fields;
    try {
      fields = await tool.fields(here);
    } catch (error) {
      fields = [];
      this.draft.ask.refused(error instanceof Refused ? error : new Error(t("plan.unreachable")));
    }
    if (this.name !== name) return;
    this.fields = fields;
    this.#form(name, tool, here, fields);
  }

  #form(name, tool, here, fields) {
    const wrong = h("div", { class: "deed-word wrong", role: "alert", hidden: true, dataset: { testid: "tool-word" } });
    const say = (lines) => { wrong.hidden = !lines.length; replace(wrong, lines.map((line) => h("p", {}, line))); };
    const traced = {};
    const go = () => this.#go(name, tool, here, fields, traced, say);
    const trace = () => { say([]); this.trial.close(); this.tracer.start(tool.trace, { done: (places) => { traced[tool.trace] = places; go(); } }); };
    // What is being drawn is as good as finished for who goes on to the button.
    const trace_on = () => { if (!this.tracer.active) trace(); else if (!this.tracer.finish()) say([t("tool.draw_on")]); };
    const submit = h("button", { type: "submit", class: "deed primary", dataset: { testid: "tool-go" } }, t(tool.plain ? "tool.save" : "tool.preview"));
    replace(this.node, h("form", { class: "deed-form", novalidate: true, "aria-label": t(`deed.${name}`), dataset: { testid: `tool-form-${name}` },
      onsubmit: (event) => { event.preventDefault(); if (tool.trace && !traced[tool.trace]) trace_on(); else go(); },
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
      const deed = tool.deed ?? name;
      const done = tool.plain ? await this.draft.do(deed, body) : await this.trial.run(deed, body);
      if (done && this.name === name) this.close();
    } catch (error) {
      if (error instanceof Unreadable) { say([error.message]); this.asks(); error.box?.focus({ preventScroll: true }); }
      else if (error instanceof Refused) { say(refusal(error)); this.asks(); }
      else say([t("plan.unreachable")]);
      // Another line may do, unless it was not the line.
      if (error instanceof Refused && !concerns(error, fields)) delete traced[tool.trace];
    }
  }
}

// Whether something is refused for what was filled in.
function concerns(error, fields) {
  const wrong = (error.problem?.errors ?? []).map(({ field }) => field.split(".")[0]);
  return wrong.length > 0 && wrong.every((name) => fields.some((field) => field.name === name));
}
