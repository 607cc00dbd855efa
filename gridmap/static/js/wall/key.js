// The key behind the # goes into the form, and out of the address and the history.
import { by_id } from "../dom.js";

const form = by_id("wall-key");
const key = location.hash.slice(1);
if (key) {
  history.replaceState(null, "", location.pathname + location.search);
  form.elements.key.value = key;
  form.submit();
}
