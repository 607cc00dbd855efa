// The panel's tabs: one body shown at a time, reached by mouse, and by arrow keys among the tabs.
import { by_id, h, replace } from "../dom.js";
import { signal } from "../signal.js";
import { t } from "../words.js";

export class Tabs {
  // `bodies`: {name: node}; the first is shown.
  constructor(bodies) {
    this.bodies = bodies;
    this.changed = signal(); // (name)
    this.names = Object.keys(bodies);
    this.tabs = Object.fromEntries(this.names.map((name) => [name, this.#tab(name)]));
    replace(by_id("panel-tabs"), Object.values(this.tabs));
    replace(by_id("panel-body"), this.names.map((name) => {
      Object.assign(bodies[name], { id: `body-${name}`, tabIndex: -1 });
      bodies[name].setAttribute("role", "tabpanel");
      bodies[name].setAttribute("aria-labelledby", `tab-${name}`);
      return bodies[name];
    }));
    this.show(this.names[0]);
  }

  show(name) {
    this.shown = name;
    for (const one of this.names) {
      this.tabs[one].setAttribute("aria-selected", String(one === name));
      this.tabs[one].tabIndex = one === name ? 0 : -1;
      this.bodies[one].hidden = one !== name;
    }
    this.changed.emit(name);
  }

  // A figure beside a tab's word; `pressing`: somebody has to do something.
  count(name, figure, pressing = false) {
    this.tabs[name].classList.toggle("has-some", pressing && figure > 0);
    replace(this.tabs[name].querySelector("b"), figure > 0 && figure);
  }

  #tab(name) {
    return h("button", { type: "button", class: "tray", role: "tab", id: `tab-${name}`, "aria-controls": `body-${name}`, dataset: { testid: `tab-${name}` }, onclick: () => this.show(name), onkeydown: (event) => this.#step(event) }, t(`plan.tab.${name}`), " ", h("b"));
  }

  #step(event) {
    const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!way) return;
    const next = this.names.at((this.names.indexOf(this.shown) + way) % this.names.length);
    this.show(next);
    this.tabs[next].focus();
    event.preventDefault();
  }
}
