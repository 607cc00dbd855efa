// Where corners lie closer than one could take hold of, some are shown and the others follow them. Pure; distances in pixels.

// Of `corners` ([{key, pixel, first}]) those to be shown: first those that come first, then what lies `gap` or more from all shown.
export function thinned(corners, gap) {
  const shown = [];
  for (const one of [...corners].sort((a, b) => b.first - a.first)) {
    if (one.first || shown.every(({ pixel: [x, y] }) => Math.hypot(one.pixel[0] - x, one.pixel[1] - y) >= gap)) shown.push(one);
  }
  return shown;
}

// How far each hidden corner beside one that is moved goes with it (1: as far, 0: not at all), by key: less and less towards the next
// shown corner, an arc's end, or `reach` along the arc. `arcs`: lists of {key, pixel}; `shown`: keys.
export function followers(key, arcs, shown, reach) {
  const found = new Map();
  for (const arc of arcs) {
    arc.forEach((one, index) => {
      if (one.key !== key) return;
      for (const way of [1, -1]) for (const [hidden, share] of beside(arc, index, way, shown, reach)) found.set(hidden, share);
    });
  }
  found.delete(key);
  return found;
}

function beside(arc, index, way, shown, reach) {
  const passed = [];
  let far = 0;
  for (let here = index + way; arc[here]; here += way) {
    const [[x, y], [u, v]] = [arc[here - way].pixel, arc[here].pixel];
    far += Math.hypot(u - x, v - y);
    const stops = shown.has(arc[here].key) || !arc[here + way] || far >= reach;
    if (stops) break;
    passed.push([arc[here].key, far]);
  }
  return passed.map(([hidden, at]) => [hidden, 1 - at / far]);
}
