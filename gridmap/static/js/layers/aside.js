// A name under the mark of a crowd, or across another name, can't be read, so it moves up or down to where least of it is covered.

// How far (pixels, down) a box {x: its middle, top, wide, high} moves so that the marks {x, y, r} cover least of its height: in steps, no
// further than it brings something, and only to where it lies between `north` and `south`. Of a mark that is wider than high, `half` is
// half its width.
export function aside(box, marks, step, { north, south }) {
  const near = marks.filter(({ x, r, half = r }) => Math.abs(x - box.x) < box.wide / 2 + half);
  const covered = (top) => near.reduce((sum, { y, r }) => sum + Math.max(0, Math.min(y + r, top + box.high) - Math.max(y - r, top)), 0);
  let best = { by: 0, cover: covered(box.top) };
  for (let by = step; by <= south - north && best.cover > 0; by += step) {
    for (const way of [by, -by]) {
      const top = box.top + way;
      const cover = top >= north && top + box.high <= south ? covered(top) : Infinity;
      if (cover < best.cover) best = { by: way, cover };
    }
  }
  return best.by;
}
