// The newest open cases, in words.
import { h, replace, theirs } from "../dom.js";
import { newest_first } from "../store.js";
import { now, clock } from "../times.js";
import { tone } from "../urgency.js";
import { category_name, name_of, t } from "../words.js";

const MOST = 5;

export class Latest {
  constructor() {
    this.list = h("ol", { class: "wall-latest", dataset: { testid: "wall-latest" } });
    this.node = h("div", { class: "wall-latest-box" }, h("h2", {}, t("wall.latest")), this.list);
  }

  draw(open) {
    const newest = [...open].sort(newest_first).slice(0, MOST);
    replace(this.list, newest.map(({ properties: facts }) => h("li", { class: `is-${tone(facts, now())}`, dataset: { case: facts.number } },
      h("time", {}, clock(Date.parse(facts.received_at))), h("strong", {}, theirs(category_name(facts))), h("span", {}, theirs(facts.grid ? name_of(facts.grid) : t("tray.unrouted"))))));
  }
}
