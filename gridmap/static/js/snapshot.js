// All open cases, page by page, or of very many the newest; the first page's position is where the live feed goes on.
import { get } from "./api.js";

const PAGE = 5000;

// `most`: where there are more, the first page has to do.
export async function snapshot(url, params, on_page, most = Infinity) {
  let position = null;
  let cursor = null;
  do {
    const page = await get(url, { ...params, limit: PAGE, cursor }, { cache: "no-store" });
    position ??= page.position ?? 0;
    on_page(page.features, cursor === null, page.matched);
    cursor = page.matched > most ? null : page.next;
  } while (cursor);
  return position;
}
