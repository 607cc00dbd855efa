// The keys of the desk: undo and redo, Escape, and "?" for all of them; never while somebody types.
import { keys_help } from "../keys.js";

const SHOWN = [
  ["Ctrl Z", "plan.undo"], ["Ctrl Shift Z", "plan.redo"], ["Tab", "keys.corner.next"], ["← ↑ ↓ →", "keys.corner.metre"], ["Shift ←", "keys.corner.ten"],
  ["Insert", "keys.corner.add"], ["Delete", "keys.corner.remove"], ["Alt", "keys.corner.free"], ["Enter", "keys.trace.point"], ["Backspace", "keys.trace.back"],
  ["Ctrl Enter", "keys.trace.done"], ["Esc", "keys.trace.stop"], ["+ / -", "keys.zoom"], ["?", "keys.help"],
];
const TYPING = "input:not([type=checkbox], [type=radio]), select, textarea, dialog";

// `take_back()`: what has not been sent yet is dropped; whether there was any.
export function drawing_keys({ draft, may, take_back, escape }) {
  const help = keys_help(SHOWN);
  addEventListener("keydown", (event) => {
    if (event.target.closest?.(TYPING) || event.isComposing) return;
    const command = event.ctrlKey || event.metaKey;
    const letter = event.key.toLowerCase();
    if (command && !event.altKey && (letter === "z" || letter === "y")) {
      event.preventDefault();
      const way = letter === "y" || event.shiftKey ? "redo" : "undo";
      if (may() && !(way === "undo" && take_back())) draft[way]();
    } else if (!command && event.key === "?") { event.preventDefault(); help.showModal(); }
    else if (event.key === "Escape") escape();
  });
  return () => help.showModal();
}
