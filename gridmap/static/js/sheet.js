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
  let from = null;
  handle.addEventListener("pointerdown", (event) => { from = event.clientY; });
  addEventListener("pointerup", (event) => {
    if (from !== null && Math.abs(event.clientY - from) > 24) set(event.clientY < from);
    else if (from !== null && event.target === handle) set(!panel.classList.contains("open"));
    from = null;
  });
  handle.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); set(!panel.classList.contains("open")); } });
  set(false);
  return { close: () => set(false) };
}
