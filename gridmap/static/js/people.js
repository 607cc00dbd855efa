// Finds people for a field that takes a staff number: as one types a name, the numbers it may mean stand below it.
import { get } from "./api.js";
import { h, replace } from "./dom.js";
import { name_of } from "./words.js";

const PAUSE_MS = 200;
const MOST = 12;

for (const field of document.querySelectorAll("[data-people]")) {
  const list = field.list;
  let waiting = null;
  let asked = "";
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, PAUSE_MS);
  });

  const look = async () => {
    const typed = asked = field.value.trim();
    if (!typed || [...list.options].some((option) => option.value === typed)) return;
    const found = await get("/api/v1/people", { q: typed, grid: field.dataset.people, limit: MOST }).catch(() => null);
    // A slower answer to what was typed before is no news; without one the number can be typed all the same.
    if (found === null || asked !== typed) return;
    // The browser shows only what it finds in the value or its label: both hold what was typed.
    replace(list, found.people.map((one) => h("option", { value: one.ref, label: `${name_of(one)} ${one.ref} ${places(one)}` })));
  };
}

const places = (person) => person.posts.map((post) => `${name_of(post.kind)} ${post.grid}`).join("、");
