// The page's own colours and size, for what is drawn on a canvas.
const style = getComputedStyle(document.documentElement);
export const colour = (name) => style.getPropertyValue(`--${name}`).trim();
export const rem = () => parseFloat(style.fontSize);
export const FONT = style.getPropertyValue("--font").trim();
