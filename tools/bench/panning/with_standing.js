// What the operator's map draws with today, as it stands in this checkout.
import { Grids } from "/static/js/layers/grids.js";

export function draw(map, url, counts) {
  new Grids(map, url, counts);
}
