// One form. What is typed is kept at every stroke; sending it puts it into the way out and takes the draft away.
import { h, replace } from "../dom.js";
import { category_name, name_of, t } from "../words.js";
import { ask_or } from "./ask.js";
import { photo_strip, photos_of } from "./photos.js";

const FIELDS = {
  finish: ["result"], self_handle: ["result"], hand_back: ["reason"], hand_up: ["reason"], rework: ["reason"], comment: ["text"],
  verify: ["note"], consult: ["participants", "notes", "decision"], dispatch: ["to", "note"],
};
const NOT_NEEDED = new Set(["note", "decision"]);
const SHOWS = new Set(["finish", "self_handle"]); // … how it looks afterwards.
const TEAMS = ["management", "work", "volunteer"];

export async function form_view(app, item, action) {
  const { number } = item.case.properties;
  const key = `${number}.${action}`;
  const draft = (await app.keep.get("drafts", key)) ?? {};
  const wrong = h("p", { class: "wrong", role: "alert", hidden: true });
  const photos = h("div", {});
  const fields = (FIELDS[action] ?? []).map((name) => (name === "to" ? to_field(app, item, draft, keep) : text_field(name, draft, keep)));

  function keep() {
    const now = {};
    for (const box of node.querySelectorAll("textarea")) now[box.name] = box.value;
    now.to = [...node.querySelectorAll("input[name=to]:checked")].map((box) => box.value);
    Object.assign(draft, now); // The list of whom to give it to is drawn anew when the server answers.
    wrong.hidden = true;
    app.keep.put("drafts", now, key);
  }

  let shown = -1;
  function update() {
    const photos_now = photos_of(app, number).length;
    if (photos_now !== shown) wrong.hidden = true;
    shown = photos_now;
    if (SHOWS.has(action)) replace(photos, photo_strip(app, number));
  }

  async function send(event) {
    event.preventDefault();
    const body = item.task && ["finish", "hand_back"].includes(action) ? { task: item.task.id } : {};
    for (const box of node.querySelectorAll("textarea")) if (box.value.trim()) body[box.name] = box.name === "participants" ? people(box.value) : box.value.trim();
    const to = [...node.querySelectorAll("input[name=to]:checked")].map((box) => JSON.parse(box.value));
    if (to.length) body.to = to;
    const proof = SHOWS.has(action) ? photos_of(app, number).filter((one) => ["scene", "before", "after"].includes(one.kind)) : [];
    const lacks = SHOWS.has(action) && !proof.some((one) => one.kind === "after") ? "phone.lacks.after" : action === "dispatch" && !to.length ? "phone.lacks.to" : FIELDS[action].some((name) => name !== "to" && !NOT_NEEDED.has(name) && !body[name]?.length) ? "phone.lacks.text" : null;
    if (lacks) { wrong.textContent = t(lacks); wrong.hidden = false; return; }
    node.querySelector("button[type=submit]").disabled = true;
    await app.outbox.add_action(number, action, body, { etag: item.etag, photos: proof.map((one) => one.id), draft: key });
    app.show(number);
  }

  const node = h("form", { class: "p-form", novalidate: true, dataset: { testid: `form-${action}` }, onsubmit: send },
    h("p", {}, h("a", { href: `#case=${encodeURIComponent(number)}`, class: "p-back" }, t("phone.back"))),
    h("h1", { tabindex: "-1" }, t(`phone.do.${action}`)), h("p", { class: "quiet" }, category_name(item.case.properties)),
    fields, photos, wrong,
    h("div", { class: "p-first" }, h("button", { type: "submit", class: "button primary", dataset: { testid: "submit" } }, t("phone.submit"))));
  node.addEventListener("input", keep);
  update();
  return { node, update };
}

const people = (text) => text.split(/[\n，,、；;]+/).map((name) => name.trim()).filter(Boolean);

function text_field(name, draft) {
  const id = `p-${name}`;
  return h("div", { class: "p-field" }, h("label", { for: id }, t(`phone.field.${name}`)), h("textarea", { id, name, rows: name === "participants" ? 2 : 4, maxlength: "2000", "aria-required": String(!NOT_NEEDED.has(name)) }, draft[name] ?? ""));
}

function to_field(app, item, draft) {
  const grid = item.case.properties.grid;
  const list = h("div", { class: "p-to" });
  const box = (value, words, more) => {
    const text = JSON.stringify(value);
    return h("label", {}, h("input", { type: "checkbox", name: "to", value: text, checked: draft.to?.includes(text) }), h("span", {}, words, more && h("small", {}, more)));
  };
  const draw = ({ on_duty = [], departments = [] }) => replace(list,
    grid && [h("h2", {}, t("phone.to.teams")), TEAMS.map((team) => box({ grid: grid.code, team }, t(`phone.team.${team}`)))],
    on_duty.length > 0 && [h("h2", {}, t("phone.to.people")), on_duty.map((one) => box({ person: one.ref }, name_of(one)))],
    departments.length > 0 && [h("h2", {}, t("phone.to.departments")), departments.map((one) => box({ department: one.code }, name_of(one)))]);
  draw({});
  whom(app, grid).then(draw);
  return h("div", { class: "p-field", role: "group", "aria-label": t("phone.field.to") }, list);
}

// Who there is; without a connection those seen last.
async function whom(app, grid) {
  const key = `whom.${grid?.code ?? ""}`;
  const [duty, departments] = await Promise.all([
    grid ? ask_or(`/api/v1/grids/${grid.code}/on-duty`, null) : { on_duty: [] },
    ask_or("/api/v1/departments", null),
  ]);
  if (!duty || !departments) return (await app.keep.get("kept", key)) ?? {};
  const found = { on_duty: (duty.on_duty ?? []).filter((one) => one.ref), departments: departments.departments };
  await app.keep.put("kept", found, key);
  return found;
}
