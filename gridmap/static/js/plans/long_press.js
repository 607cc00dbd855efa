// A finger that rests, or the other mouse button: both mean "this away".
const PRESS_MS = 650;
const STILL_PX = 8;

export function long_press(node, act) {
  let timer = null;
  let from = null;
  const stop = () => { clearTimeout(timer); timer = null; };
  node.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse") return;
    from = [event.clientX, event.clientY];
    timer = setTimeout(() => { timer = null; act(); }, PRESS_MS);
  });
  node.addEventListener("pointermove", (event) => { if (timer && Math.hypot(event.clientX - from[0], event.clientY - from[1]) > STILL_PX) stop(); });
  for (const end of ["pointerup", "pointercancel"]) node.addEventListener(end, stop);
  // Some phones say so themselves when a finger rests: then the timer has it.
  node.addEventListener("contextmenu", (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (event.pointerType !== "touch") act();
  });
}
