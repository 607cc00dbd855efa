// A list drawn anew keeps whoever was inside it there: the focus does not fall off the page.
import { replace } from "../dom.js";

export function redrawn(node, ...children) {
  const before = node.contains(document.activeElement) ? document.activeElement : null;
  const { testid } = before?.dataset ?? {};
  const place = before && testid ? [...node.querySelectorAll(`[data-testid="${testid}"]`)].indexOf(before) : -1;
  replace(node, ...children);
  if (!before) return;
  const same = place >= 0 ? node.querySelectorAll(`[data-testid="${testid}"]`)[place] : null;
  (same ?? node).focus({ preventScroll: true });
}
