// All open cases, page by page; the first page's position is where the live feed goes on.
import { get } from "./api.js";

const PAGE = 5000;

export async function snapshot(url, params, on_page) {
  let position = null;
  let cursor = null;
  do {
    const page = await get(url, { ...params, limit: PAGE, cursor }, { cache: "no-store" });
    position ??= page.position ?? 0;
    on_page(page.features, cursor === null);
    cursor = page.next;
  } while (cursor);
  return position;
}
