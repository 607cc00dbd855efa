// The inbox as it happens: a notice of one's own brings the list anew, as the server draws it.
import { bell, is_mine } from "./bell.js";
import { by_id } from "./dom.js";
import { Live } from "./live.js";

const inbox = by_id("inbox");
const live = new Live(inbox.dataset.events);

async function anew() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("inbox");
  // Whoever is on a row with the keyboard stays there.
  const at = [...inbox.querySelectorAll("form")].find((form) => form.contains(document.activeElement))?.action;
  if (!fresh) return;
  inbox.replaceChildren(...fresh.childNodes);
  inbox.dataset.position = fresh.dataset.position;
  if (at) [...inbox.querySelectorAll("form")].find((form) => form.action === at)?.querySelector("button")?.focus();
}

live.happened.on((event) => { if (is_mine(event)) anew(); });
live.reset.on(() => anew().then(() => live.resume(Number(inbox.dataset.position))));
live.start(Number(inbox.dataset.position));
bell(live);
