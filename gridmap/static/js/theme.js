// Light or dark: as the system says, until somebody chooses.
import { by_id, replace } from "./dom.js";
import { icon } from "./glyphs.js";
import { t } from "./words.js";

const KEY = "gridmap.theme";
const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");

function kept() {
  try { return localStorage.getItem(KEY); } catch { return null; }
}

function keep(theme) {
  try { localStorage.setItem(KEY, theme); } catch { /* Then it holds for this page only. */ }
}

export function theme() {
  const button = by_id("theme-switch");
  const draw = () => {
    const dark = root.dataset.theme === "dark";
    replace(button, icon(dark ? "sun" : "moon"));
    button.setAttribute("aria-label", t(dark ? "theme.to_light" : "theme.to_dark"));
    button.title = t(dark ? "theme.to_light" : "theme.to_dark");
  };
  button.addEventListener("click", () => {
    root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
    keep(root.dataset.theme);
    draw();
  });
  system.addEventListener("change", () => {
    if (!kept()) { root.dataset.theme = system.matches ? "dark" : "light"; draw(); }
  });
  draw();
}
