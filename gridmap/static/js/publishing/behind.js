// Others have published since a plan began: whether it still fits, what meets, and the way out.
import { get, send } from "../api.js";
import { h, theirs } from "../dom.js";
import { moment } from "../times.js";
import { name_of, t } from "../words.js";
import { ask } from "./asking.js";

export const standing = (url) => get(`${url}/rebase`, {}, { cache: "no-store" });

// `found`: what `standing` answered; `seen`: {plan, etag}; `allowed`: the rights one has here; `done()`: something changed.
export function behind(url, found, { plan, etag }, allowed, done) {
  if (found.base === found.newest) return null;
  const meets = found.meeting.length > 0;
  const draws = plan.stage === "draft" && allowed.includes("grids.plan");
  const go = () => send(`${url}/rebase`, { give_way: meets }, { headers: { "If-Match": etag } });
  const way = async () => {
    if (await ask({ title: t(meets ? "behind.ask.give_way" : "behind.ask.take"), words: meets ? [given_up(found.given_up)] : [], yes: t(meets ? "behind.give_way" : "behind.take"), danger: meets, deed: go })) done();
  };
  return h("div", { class: meets ? "wrong behind" : "notice-box behind", dataset: { testid: "behind", meets: found.meeting.length } },
    h("p", {}, t(meets ? "behind.meets" : "behind.fits")),
    meets && h("ul", {}, found.meeting.map(entry)),
    draws ? h("div", { class: "deeds" }, h("button", { type: "button", class: "button small", dataset: { testid: "take-on" }, onclick: way }, t(meets ? "behind.give_way" : "behind.take"))) : meets && h("p", { class: "hint" }, t("behind.send_back")));
}

function entry(one) {
  const who = one.publication === null ? t("behind.village_gone") : t("behind.by", { by: one.by || "–", time: moment(one.at), id: one.publication });
  return h("li", {}, theirs(name_of(one)), " ", h("code", {}, one.code), " · ", who, one.note && [" · ", theirs(one.note)]);
}

const given_up = (codes) => h("div", {}, h("p", {}, t("behind.given_up", { n: codes.length })), h("ul", {}, codes.map((one) => h("li", {}, theirs(name_of(one))))));
