// Who is signed in: their menu, and a strip with the way back when their session has ended.
import { h } from "./dom.js";
import { ended, renewed, sign_in_address } from "./session.js";
import { t } from "./words.js";

// The menu closes at a click elsewhere and at Escape, as menus do.
export function who() {
  const menu = document.querySelector(".who");
  if (!menu) return;
  document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    event.stopPropagation();
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  const strip = signed_out_strip();
  ended.on(() => document.body.append(strip));
  renewed.on(() => strip.remove());
}

function signed_out_strip() {
  const way = h("a", { class: "button", href: sign_in_address(), dataset: { testid: "sign-in-again" }, onclick: () => { way.href = sign_in_address(); } }, t("session.sign_in"));
  return h("div", { class: "signed-out", role: "alert", dataset: { testid: "signed-out" } }, h("span", {}, t("session.ended")), way);
}
