// A group of categories as a whole: one box for all of its boxes, and how many of them are ticked.
import { by_id } from "./dom.js";

const form = by_id("owning");
const total = by_id("owned-count");

const parts = [...form.querySelectorAll(".group")].map((group) => {
  const whole = group.querySelector("[data-whole]");
  const boxes = [...group.querySelectorAll('input[name="categories"]')];
  const count = group.querySelector(".count");
  const look = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    whole.checked = ticked === boxes.length;
    whole.indeterminate = ticked > 0 && ticked < boxes.length;
    count.textContent = `${ticked} / ${boxes.length}`;
    return ticked;
  };
  whole.closest("label").hidden = false;
  whole.addEventListener("change", () => { for (const box of boxes) box.checked = whole.checked; });
  return look;
});
const count = () => { total.textContent = String(parts.reduce((sum, look) => sum + look(), 0)); };

form.addEventListener("change", count);
count();
