// A hand on the mouse, and figures to colour grids by.
const NONE = { open: 0 };

// A third of the grids have cases, up to eight; what colours them is the same for everybody.
const open_of = (code) => Math.max(0, (Number(code) % 13) - 4);
export const counts = {
  get: (code) => (code ? { open: open_of(code) } : NONE),
  shown: new Map(),
  changed: { on: () => {} },
};
export const step_of = (code) => [1, 2, 4, 8].filter((at_least) => open_of(code) >= at_least).length;
export const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

const frame = () => new Promise((go) => requestAnimationFrame(go));

// Drags the map by (dx, dy) pixels a frame, as a mouse does; the moments of the frames in ms.
export async function drag(map, frames, dx, dy) {
  let [x, y] = [600, 380];
  const tell = (target, type) => target.dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true, view: window, clientX: x, clientY: y, button: 0, buttons: 1 }));
  tell(map.getPane("mapPane"), "mousedown");
  const moments = [];
  for (let n = 0; n < frames; n += 1) {
    moments.push(await frame());
    x += dx;
    y += dy;
    tell(document, "mousemove");
  }
  tell(document, "mouseup");
  return moments;
}

// Zooms through these zooms, with Leaflet's animation; the moments of the frames in ms.
export async function steps(map, zooms) {
  const moments = [];
  let over = false;
  const count = async () => { while (!over) moments.push(await frame()); };
  const counting = count();
  for (const zoom of zooms) {
    const ended = new Promise((go) => map.once("zoomend", go));
    map.setZoom(zoom);
    await ended;
    for (let n = 0; n < 30; n += 1) await frame();
  }
  over = true;
  await counting;
  return moments;
}
