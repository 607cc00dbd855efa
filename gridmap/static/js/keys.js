// The keyboard: "/" searches, j and k walk the list, Esc closes the card, + and - zoom where the map has the focus.
export function keys({ search, list, selection }) {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.closest?.("input, select, textarea, [contenteditable]");
    if (event.key === "Escape") selection.clear();
    else if (typing) return;
    else if (event.key === "/") { event.preventDefault(); search.focus(); }
    else if (event.key === "j") list.step(1);
    else if (event.key === "k") list.step(-1);
  });
}
