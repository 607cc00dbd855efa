// One form, made of the same fields as the desk's. What is typed is kept at every stroke; sending it puts it into the way out
// and takes the draft away.
import { loop_part } from "../cards/loop.js";
import { h, replace } from "../dom.js";
import { Fields } from "../handling/fields.js";
import { category_name, t } from "../words.js";
import { ask_or } from "./ask.js";
import { photo_strip, photos_of } from "./photos.js";

const TEAMS = ["management", "work", "volunteer"];
const PROVES = ["scene", "before", "after"];
const ABOUT = { review: "requests", answer_supervision: "supervisions", lift_supervision: "supervisions" }; // What one has to have read.

export async function form_view(app, item, action) {
  const facts = item.case.properties;
  const { number } = facts;
  const key = `${number}.${action}`;
  const known = app.seen.actions.find((one) => one.action === action);
  const photos = photos_field(app, number);
  const fields = new Fields(known?.fields ?? [], {
    urls: { categories: "/api/v1/categories" }, number, action,
    feature: () => item.case,
    near: async () => [],
    advice: () => advice(app, item),
    special: { evidence: () => photos, ...(item.task && { task: () => ({ read: () => item.task.id }) }) },
  });
  fields.restore((await app.keep.get("drafts", key)) ?? {});

  async function send(event) {
    event.preventDefault();
    const told = fields.collect();
    if (!told || !known) return;
    node.querySelector("button[type=submit]").disabled = true;
    const { evidence = [], ...body } = told;
    await app.outbox.add_action(number, action, body, { etag: app.seen.version_seen(item.etag), photos: evidence, draft: key });
    app.show(number);
  }

  const keep = () => app.keep.put("drafts", fields.draft(), key);
  const node = h("form", { class: "p-form", novalidate: true, dataset: { testid: `form-${action}` }, onsubmit: send, oninput: keep, onchange: keep },
    h("p", {}, h("a", { href: `#case=${encodeURIComponent(number)}`, class: "p-back" }, t("phone.back"))),
    h("h1", { tabindex: "-1" }, t(`act.${action}`)), h("p", { class: "quiet" }, category_name(facts)),
    ABOUT[action] && loop_part(ABOUT[action], facts),
    known ? fields.nodes : h("p", { class: "wrong", role: "alert" }, t("phone.no_table")),
    h("div", { class: "p-first" }, h("button", { type: "submit", class: "button primary", disabled: !known, dataset: { testid: "submit" } }, t("phone.submit"))));
  return { node, update: photos.update };
}

// Evidence by the camera: photos go their own way to the server, before the form that needs them.
function photos_field(app, number) {
  const strip = h("div", {});
  const word = h("p", { class: "field-wrong", role: "alert", hidden: true });
  let shown = -1;
  const fail = (words) => { word.textContent = words; word.hidden = !words; };
  function update() {
    const there = photos_of(app, number).length;
    if (there !== shown) fail("");
    shown = there;
    replace(strip, photo_strip(app, number));
  }
  update();
  const read = () => {
    const proof = photos_of(app, number).filter((one) => PROVES.includes(one.kind));
    return proof.some((one) => one.kind === "after") ? proof.map((one) => one.id) : undefined;
  };
  return { node: h("div", { class: "deed-field" }, strip, word), read, fail, update, lacks: t("phone.lacks.after") };
}

// Whom the server advises; without a connection its last advice, or else the three teams of the grid.
async function advice(app, { case: { properties: { number, grid } } }) {
  const key = `advice.${number}`;
  const found = await ask_or(`/api/v1/cases/${encodeURIComponent(number)}/advice`, null);
  if (found) { await app.keep.put("kept", found, key); return found; }
  const team = (name) => ({ to: { grid: grid.code, team: name }, name: t(`team.${name}`), name_en: t(`team.${name}`), reasons: [] });
  return (await app.keep.get("kept", key)) ?? { picks: grid ? TEAMS.map(team) : [] };
}
