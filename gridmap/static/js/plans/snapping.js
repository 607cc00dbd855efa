// Where a corner on its way catches: at a corner near by, else at the nearest place of an edge. Pure; measures in pixels.

// `at`: [x, y]; `lines`: lists of {pixel: [x, y], place}; `left_out(place)`: corners that don't count, and edges at them.
// What is caught: {kind: "corner" or "edge", pixel, place}; null where nothing is near enough.
export function snap(at, lines, reach, left_out = () => false) {
  return nearest_corner(at, lines, reach, left_out) ?? nearest_edge(at, lines, reach, left_out);
}

function nearest_corner(at, lines, reach, left_out) {
  let best = null;
  for (const line of lines) {
    for (const { pixel, place } of line) {
      const far = distance(at, pixel);
      if (far <= (best?.far ?? reach) && !left_out(place)) best = { kind: "corner", far, pixel, place };
    }
  }
  return best;
}

function nearest_edge(at, lines, reach, left_out) {
  let best = null;
  for (const line of lines) {
    for (let index = 1; index < line.length; index += 1) {
      const [from, to] = [line[index - 1], line[index]];
      const share = along(at, from.pixel, to.pixel);
      const pixel = [0, 1].map((axis) => from.pixel[axis] + share * (to.pixel[axis] - from.pixel[axis]));
      const far = distance(at, pixel);
      if (far > (best?.far ?? reach) || left_out(from.place) || left_out(to.place)) continue;
      const place = [0, 1].map((axis) => from.place[axis] + share * (to.place[axis] - from.place[axis]));
      best = { kind: "edge", far, pixel, place };
    }
  }
  return best;
}

const distance = ([x, y], [u, v]) => Math.hypot(u - x, v - y);

// The share of the way from one end of an edge to the other at which a place lies nearest, 0 to 1.
function along(at, from, to) {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = dx * dx + dy * dy;
  return length ? Math.min(1, Math.max(0, ((at[0] - from[0]) * dx + (at[1] - from[1]) * dy) / length)) : 0;
}
