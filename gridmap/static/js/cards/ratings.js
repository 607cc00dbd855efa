// Who reported a case, whether they have heard how it went, and the links by which residents rate it.
import { send } from "../api.js";
import { h, replace, theirs } from "../dom.js";
import { copy } from "../mouse.js";
import { moment } from "../times.js";
import { t } from "../words.js";
import { section } from "./parts.js";

export const RATED = ["verifying", "rating", "closed"]; // From here on there is something to rate.

const quiet = (words) => h("p", { class: "quiet" }, words);

// `links` null: not for this reader, or not yet.
export function ratings_part(facts, links, say) {
  const reporters = facts.reporters ?? [];
  if (!reporters.length && !links) return false;
  const theirs_of = new Map((links ?? []).filter((link) => link.reporter).map((link) => [link.reporter, link]));
  const others = (links ?? []).filter((link) => !link.reporter || !reporters.some((one) => one.id === link.reporter));
  const list = h("ul", { class: "entries", dataset: { testid: "reporters" } },
    reporters.map((one) => reporter_row(one, theirs_of.get(one.id), say)),
    others.map((link) => h("li", {}, head(link.label || t("reporters.unnamed"), link), link_parts(link, say))));
  const reply = facts.reply && h("p", { class: "said" }, t("reporters.reply", { text: facts.reply }));
  return section(t("reporters.title"), reply, list, links && another(facts.number, list, say));
}

function reporter_row(one, link, say) {
  const reach = [one.phone, one.email].filter(Boolean).join(" · ");
  return h("li", { dataset: { testid: "reporter" } }, head(one.name || t("reporters.unnamed"), link), reach && quiet(theirs(reach)),
    link ? [told(link), link_parts(link, say)] : quiet(t("reporters.later")));
}

const head = (name, link) => h("div", { class: "entry-head" }, h("strong", {}, theirs(name)), link && h("span", { class: "pill plain" }, t(`standing.${link.standing}`)));

function told(link) {
  if (!link.sent.length) return quiet(t("reporters.no_way"));
  return link.sent.map((way) => {
    const channel = t(`channel.${way.channel}`);
    const key = way.state === "waiting" && way.tries > 0 ? "tried" : way.state;
    return quiet(t(`reporters.${key}`, { channel, time: moment(way.sent_at), n: way.tries, error: way.error }));
  });
}

function link_parts(link, say) {
  if (link.standing !== "open") return null;
  const code = h("img", { class: "qr", alt: t("reporters.qr"), src: `data:image/svg+xml,${encodeURIComponent(link.qr)}` });
  return h("div", { class: "deed-row" },
    h("button", { type: "button", class: "deed", dataset: { testid: "copy-link" }, onclick: () => copy(link.url, say) }, t("reporters.copy")),
    quiet(t("reporters.until", { time: moment(link.expires_at) })), h("details", {}, h("summary", {}, t("reporters.qr")), code));
}

// For whoever stands before the desk: a link of their own.
function another(number, list, say) {
  const label = h("input", { type: "text", maxlength: 100, "aria-label": t("reporters.for"), placeholder: t("reporters.for"), dataset: { testid: "link-label" } });
  const word = h("p", { class: "field-wrong", role: "alert", hidden: true });
  const make = async (event) => {
    event.preventDefault();
    try {
      const link = await send(`/api/v1/cases/${encodeURIComponent(number)}/rating-links`, { label: label.value.trim() });
      list.append(h("li", {}, head(link.label || t("reporters.unnamed"), link), link_parts(link, say)));
      label.value = "";
      word.hidden = true;
    } catch (error) {
      replace(word, error.message || t("card.unreachable"));
      word.hidden = false;
    }
  };
  return h("form", { class: "deed-row", onsubmit: make }, label, h("button", { type: "submit", class: "deed", dataset: { testid: "make-link" } }, t("reporters.new")), word);
}
