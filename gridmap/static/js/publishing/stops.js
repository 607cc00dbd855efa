// Which publish was the last at a moment. Pure.

// Its place among `stops` ({at}, the oldest first); -1 before the first, the last one for now (null).
export function stop_at(stops, at) {
  if (at === null) return stops.length - 1;
  const ms = Date.parse(at);
  return stops.findLastIndex((stop) => Date.parse(stop.at) <= ms);
}
