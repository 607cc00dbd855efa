// Building pages. Text goes in as text nodes only, so that nothing a source sends can become markup.
const SVG = "http://www.w3.org/2000/svg";

function dress(node, props) {
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null) continue;
    // aria-pressed and its like want the words true and false; without either a screen reader hears no switch at all.
    if (key.startsWith("aria-")) { node.setAttribute(key, String(value)); continue; }
    if (value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "class") node.setAttribute("class", value);
    else if (key === "dataset") Object.assign(node.dataset, value);
    else node.setAttribute(key, value === true ? "" : String(value));
  }
}

function fill(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    node.append(child instanceof Node ? child : String(child));
  }
  return node;
}

export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  dress(node, props);
  return fill(node, children);
}

export function s(tag, props = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  dress(node, props);
  return fill(node, children);
}

export function replace(node, ...children) {
  node.replaceChildren();
  return fill(node, children);
}

// Words of somebody else beside ours: whatever direction they run in, they turn nothing but themselves.
export const theirs = (text) => h("bdi", {}, closed(String(text)));

// Browsers put U+2068 and U+2069 around a <bdi>: one that the text itself leaves open, or closes too often, would break out.
export function closed(text) {
  let open = 0;
  const kept = text.replace(/[\u2066-\u2069]/g, (sign) => {
    if (sign !== "\u2069") open += 1;
    else if (open === 0) return "";
    else open -= 1;
    return sign;
  });
  return kept + "\u2069".repeat(open);
}

// Several such, with a sign between them.
export const joined = (texts, sign) => texts.filter(Boolean).flatMap((text, index) => [index > 0 && sign, theirs(text)]);

export const by_id = (id) => document.getElementById(id);

// Links from data lead to web pages and streams only; never to script.
export function safe_link(url) {
  try {
    const parsed = new URL(url, location.href);
    return ["http:", "https:", "rtsp:", "rtsps:"].includes(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}
