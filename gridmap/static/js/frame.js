// Pages with text and forms: the theme, the menu of who is signed in, and the demo accounts on the sign-in page.
import { bell } from "./bell.js";
import { by_id } from "./dom.js";
import { theme } from "./theme.js";
import { who } from "./who.js";

theme();
who();
// The inbox follows by itself.
if (!by_id("inbox")) bell();
for (const choice of document.querySelectorAll(".choice")) {
  choice.addEventListener("click", () => {
    by_id("username").value = choice.dataset.username;
    by_id("password").value = choice.dataset.password;
    by_id("password").form.querySelector("button[type=submit]").focus();
  });
}
