// The phone page: my tasks and the cases of my grids; one case with its photos and buttons; one form. What is done here is
// kept on the phone first and sent when it can be; the strip on top always says how that stands.
import { draw as draw_bell } from "../bell.js";
import { by_id, h, replace } from "../dom.js";
import { theme } from "../theme.js";
import { who } from "../who.js";
import { t } from "../words.js";
import { ask_or } from "./ask.js";
import { case_view, entries_of } from "./case.js";
import { form_view } from "./form.js";
import { open_keep } from "./keep.js";
import { list_view } from "./list.js";
import { Outbox } from "./outbox.js";
import { Seen } from "./seen.js";
import { strip } from "./strip.js";

const FRESH_MS = 60000;
const root = by_id("phone");

class Phone {
  constructor(keep) {
    this.keep = keep;
    this.outbox = new Outbox(keep, root.dataset.account);
    this.seen = new Seen(keep);
    this.chosen = null; // The tab, once somebody has touched one.
    this.unfolded = new Set();
    this.view = h("div", { class: "p-view" });
    this.strip = strip(this);
    replace(root, this.strip.node, this.view);
  }

  async start() {
    await this.seen.load();
    await this.outbox.load();
    await this.#draw();
    this.#listen();
    await this.seen.tidy(this.outbox.photos.values());
    await navigator.storage?.persist?.(); // A full phone throws away the rest first.
    this.outbox.go();
    await this.refresh();
  }

  #listen() {
    this.outbox.changed.on(() => { this.strip.draw(); this.#draw_unless_typing(); });
    this.outbox.delivered.on((entry, etag) => {
      if (entry.type === "photo") { this.seen.look(entry.number); return; }
      this.seen.stepped(entry.etag, etag);
      this.refresh(entry.number);
    });
    this.seen.changed.on(() => this.#draw_unless_typing());
    addEventListener("hashchange", () => this.#turn());
    addEventListener("online", () => this.#again());
    addEventListener("offline", () => this.strip.draw());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.#again(); });
    setInterval(() => { if (!document.hidden) this.refresh(); }, FRESH_MS);
  }

  #again() {
    this.outbox.go();
    this.refresh();
  }

  // The list, and the case that is looked at or was just acted on.
  async refresh(number = asked().number) {
    const status = await this.seen.refresh();
    if (status === 401) this.outbox.state = "signed_out";
    this.strip.draw();
    this.#draw_unless_typing();
    if (number) await this.seen.look(number);
    const bell = by_id("bell");
    const count = bell && this.seen.fresh ? await ask_or(bell.dataset.count, null) : null;
    if (count) draw_bell(bell, count.unread);
  }

  show(number = null, action = null) {
    const next = new URLSearchParams();
    if (number) next.set("case", number);
    if (action) next.set("do", action);
    if (location.hash.slice(1) === String(next)) this.#draw();
    else location.hash = String(next);
  }

  async #turn() {
    await this.#draw();
    scrollTo(0, 0);
    this.view.querySelector("h1, h2")?.focus?.({ preventScroll: true });
    if (asked().number) await this.seen.look(asked().number);
  }

  async #draw() {
    const { number, action } = asked();
    const item = number && this.seen.item(number);
    this.typing = null;
    if (item && action) { this.typing = await form_view(this, item, action); replace(this.view, this.typing.node); }
    else if (item) replace(this.view, case_view(this, item));
    else if (number) replace(this.view, this.#gone(number));
    else replace(this.view, list_view(this));
  }

  #gone(number) {
    return h("div", { class: "p-case" }, h("p", {}, h("a", { href: "#", class: "p-back" }, t("phone.back"))), h("p", {}, t("phone.gone", { number })), entries_of(this, number));
  }

  // Nothing is drawn anew under somebody's fingers, nor while a resident scans the code.
  #draw_unless_typing() {
    if (this.typing) this.typing.update();
    else if (!this.view.querySelector("input:focus, details[open] .qr")) this.#draw();
  }
}

function asked() {
  const given = new URLSearchParams(location.hash.slice(1));
  return { number: given.get("case"), action: given.get("do") };
}

theme();
who();
open_keep(root.dataset.account).then((keep) => new Phone(keep).start()).catch((error) => {
  replace(root, h("p", { class: "notice-box", role: "alert" }, t("phone.no_storage")));
  throw error;
});
