// All open cases, page by page; the first page's position is where the live feed goes on.
import { get } from "./api.js";

const PAGE = 1000;

export async function snapshot(url, params, on_page = () => {}) {
  const features = [];
  let position = null;
  let cursor = null;
  do {
    const page = await get(url, { ...params, limit: PAGE, cursor }, { cache: "no-store" });
    position ??= page.position ?? 0;
    features.push(...page.features);
    cursor = page.next;
    on_page(features.length, page.matched);
  } while (cursor);
  return { features, position };
}
