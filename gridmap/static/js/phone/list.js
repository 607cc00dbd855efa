// The list: what is mine, and what is my grids' or my department's, each the soonest due first.
import { h, theirs } from "../dom.js";
import { case_glyph } from "../glyphs.js";
import { now, remaining_short } from "../times.js";
import { tone } from "../urgency.js";
import { category_name, name_of, t } from "../words.js";

const MINE = ["waiting", "held"];
const of_tab = (app, tab) => app.seen.list.items.filter((item) => MINE.includes(item.group) === (tab === "mine"));

// What the second tab holds: of grids, of a department, or of both.
function around(app) {
  const beside = app.seen.list.beside ?? [];
  return beside.length > 1 ? "both" : beside[0] ?? "grid";
}

// Who has nothing of their own sees what waits around them.
function opened(app) {
  return app.chosen ?? (of_tab(app, "mine").length || !of_tab(app, "grid").length ? "mine" : "grid");
}

export function list_view(app) {
  const open = opened(app);
  const tab = (name) => h("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-selected": String(open === name), "aria-controls": "p-list", dataset: { testid: `tab-${name}` }, onclick: () => { app.chosen = name; app.show(); } },
    t(`phone.tab.${name === "mine" ? name : around(app)}`), " ", h("b", {}, of_tab(app, name).length));
  const items = of_tab(app, open);
  return h("div", {},
    h("h1", { class: "visually-hidden", tabindex: "-1" }, t("phone.title")),
    h("div", { class: "p-tabs", role: "tablist", "aria-label": t("phone.title") }, tab("mine"), tab("grid")),
    h("div", { id: "p-list", role: "tabpanel", "aria-labelledby": `tab-${open}`, tabindex: "0" },
      items.length ? h("ul", { class: "p-list" }, items.map((item) => h("li", {}, card(app, item)))) : h("p", { class: "p-none" }, t(app.seen.list.at ? `phone.none.${open === "mine" ? "mine" : around(app)}` : "phone.loading"))));
}

export function due_of(item) {
  return item.task?.due_at ?? item.case.properties.due_at;
}

export function standing(item) {
  const facts = item.case.properties;
  return item.task && facts.state !== "suspended" ? t(`phone.task.${item.task.state}`) : item.group === "waiting" ? t("phone.task.waiting") : t(`state.${facts.state}`);
}

function card(app, item) {
  const facts = item.case.properties;
  const how = tone({ ...facts, due_at: due_of(item) }, now());
  const waiting = app.outbox.of(facts.number);
  return h("a", { class: `p-card is-${how}`, href: `#case=${encodeURIComponent(facts.number)}`, dataset: { testid: "task", case: facts.number } },
    case_glyph(facts.state, how),
    h("span", { class: "p-card-main" },
      h("strong", {}, category_name(facts)),
      h("span", { class: "p-where" }, facts.address ? theirs(facts.address) : name_of(facts.grid) || t("case.no_place")),
      h("span", { class: "p-card-foot" }, h("span", { class: "p-state" }, standing(item)),
        waiting.length > 0 && h("span", { class: "p-waiting" }, t(waiting.some((entry) => entry.problem) ? "phone.entry.refused" : "phone.unsent", { n: waiting.length })))),
    due_of(item) && h("span", { class: "pill" }, remaining_short(due_of(item), facts.handled_at)));
}
