// On a phone the list is a sheet at the bottom that opens and closes.
import { by_id } from "./dom.js";
import { t } from "./words.js";

export function sheet() {
  const panel = by_id("panel");
  const handle = by_id("panel-handle");
  const set = (open) => {
    panel.classList.toggle("open", open);
    handle.setAttribute("aria-expanded", String(open));
    handle.setAttribute("aria-label", t(open ? "sheet.close" : "sheet.open"));
  };
  const toggle = () => set(!panel.classList.contains("open"));
  let from = null;
  let drawn = false;
  handle.addEventListener("pointerdown", (event) => { from = event.clientY; drawn = false; });
  addEventListener("pointerup", (event) => {
    drawn = from !== null && Math.abs(event.clientY - from) > 24;
    if (drawn) set(event.clientY < from);
    from = null;
  });
  // At the click, not before: what the sheet brings under the finger would be pressed by the same tap.
  handle.addEventListener("click", () => { if (!drawn) toggle(); drawn = false; });
  set(false);
  return { close: () => set(false), open: () => set(true) };
}
