// The strip on top: what still has to be sent, and how that stands. Never silent about a connection that is gone.
import { h, replace } from "../dom.js";
import { clock } from "../times.js";
import { t } from "../words.js";

export function strip(app) {
  const words = h("span", { role: "status", dataset: { testid: "sending" } });
  const more = h("span", { class: "p-strip-more" });
  const node = h("div", { class: "p-strip", dataset: { testid: "strip" } }, words, more);
  const draw = () => {
    const { outbox } = app;
    const [first] = outbox.entries.filter((entry) => entry.problem);
    const refused = outbox.entries.filter((entry) => entry.problem).length;
    const waiting = outbox.entries.length - refused;
    const state = refused ? "refused" : outbox.state === "signed_out" ? "signed_out" : !navigator.onLine ? "offline" : waiting ? outbox.state : app.seen.fresh ? "sent" : "stale";
    node.dataset.state = state;
    const time = app.seen.list.at ? clock(Date.parse(app.seen.list.at)) : "–";
    const said = t(`phone.strip.${state}`, { n: waiting, refused, time });
    if (words.textContent !== said) words.textContent = said;
    replace(more,
      first && h("a", { class: "button small", href: `#case=${encodeURIComponent(first.number)}` }, t("phone.look")),
      state === "signed_out" && h("a", { class: "button small", href: `/sign-in?next=${encodeURIComponent(`/m${location.hash}`)}` }, t("phone.sign_in")),
      ["waiting", "offline", "stale"].includes(state) && h("button", { class: "button small", type: "button", dataset: { testid: "send-now" }, onclick: () => { app.outbox.go(); app.refresh(); } }, t(waiting ? "phone.send_now" : "phone.try_again")));
  };
  return { node, draw };
}
