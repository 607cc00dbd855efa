// The phone page: my tasks and the cases of my grids; one case with its photos and buttons; one form. What is done here is
// kept on the phone first and sent when it can be; the strip on top always says how that stands.
import { draw as draw_bell } from "../bell.js";
import { by_id, h, replace } from "../dom.js";
import { theme } from "../theme.js";
import { set_server_time } from "../times.js";
import { who } from "../who.js";
import { t } from "../words.js";
import { Away, ask, ask_or } from "./ask.js";
import { case_view, entries_of } from "./case.js";
import { form_view } from "./form.js";
import { open_keep } from "./keep.js";
import { list_view } from "./list.js";
import { Outbox } from "./outbox.js";
import { strip } from "./strip.js";

const LIST = "/api/v1/tasks/mine", FRESH_MS = 60000, PHOTOS_KEPT_MS = 3 * 86400000;
const root = by_id("phone");
const view = h("div", { class: "p-view" });

async function start() {
  const page = { account: root.dataset.account, csrf: root.dataset.csrf };
  const keep = await open_keep(page.account);
  const outbox = new Outbox(keep, page);
  const kept = (await keep.get("kept", "list")) ?? { at: null, items: [] };
  const app = { keep, outbox, list: kept, fresh: false, evidence: new Map(), tab: "mine", show, refresh, look };
  const top = strip(app);
  replace(root, top.node, view);

  async function refresh() {
    try {
      const list = await ask(LIST);
      set_server_time(list.at);
      app.list = list;
      app.fresh = true;
      await keep.put("kept", list, "list");
    } catch (error) {
      app.fresh = false;
      if (!(error instanceof Away)) throw error;
      if (error.status === 401) outbox.state = "signed_out";
    }
    top.draw();
    draw_unless_typing();
    const bell = by_id("bell");
    const count = bell && app.fresh ? await ask_or(bell.dataset.count, null) : null;
    if (count) draw_bell(bell, count.unread);
  }

  // The photos the server has of a case; without a connection those seen last.
  async function look(number) {
    const known = await keep.get("kept", `evidence.${number}`);
    if (known) app.evidence.set(number, known);
    const found = await ask_or(`/api/v1/cases/${encodeURIComponent(number)}/evidence`, null);
    if (!found) return;
    app.evidence.set(number, found.evidence);
    await keep.put("kept", found.evidence, `evidence.${number}`);
    draw_unless_typing();
  }

  function asked() {
    const given = new URLSearchParams(location.hash.slice(1));
    return { number: given.get("case"), action: given.get("do") };
  }

  function show(number = null, action = null) {
    const next = new URLSearchParams();
    if (number) next.set("case", number);
    if (action) next.set("do", action);
    if (location.hash.slice(1) === String(next)) draw();
    else location.hash = String(next);
  }

  let typing = null;
  async function draw() {
    const { number, action } = asked();
    const item = app.list.items.find((one) => one.case.properties.number === number);
    typing = null;
    if (number && item && action) { typing = await form_view(app, item, action); replace(view, typing.node); }
    else if (number && item) replace(view, case_view(app, item));
    else if (number) replace(view, gone(number));
    else replace(view, list_view(app));
  }

  const gone = (number) => h("div", { class: "p-case" }, h("p", {}, h("a", { href: "#", class: "p-back" }, t("phone.back"))), h("p", {}, t("phone.gone", { number })), entries_of(app, number));
  function draw_unless_typing() {
    if (typing) typing.update();
    else draw();
  }

  addEventListener("hashchange", () => { draw(); scrollTo(0, 0); view.querySelector("h1, h2")?.focus?.({ preventScroll: true }); if (asked().number) look(asked().number); });
  outbox.changed.on(() => { top.draw(); draw_unless_typing(); });
  outbox.delivered.on((entry) => { if (entry.type === "photo") look(entry.number); else refresh(); });
  addEventListener("online", () => { outbox.go(); refresh(); });
  addEventListener("offline", () => top.draw());
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { outbox.go(); refresh(); } });
  setInterval(() => { if (!document.hidden) refresh(); }, FRESH_MS);

  await outbox.load();
  await draw();
  for (const photo of outbox.photos.values()) if (photo.evidence && Date.now() - photo.at > PHOTOS_KEPT_MS) await keep.remove("photos", photo.id);
  await navigator.storage?.persist?.(); // A full phone throws away the rest first.
  outbox.go();
  await refresh();
  if (asked().number) await look(asked().number);
}

theme();
who();
start().catch((error) => {
  replace(root, h("p", { class: "notice-box", role: "alert" }, t("phone.no_storage")));
  throw error;
});
