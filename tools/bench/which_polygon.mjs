// Answers which polygon covers points, by the npm package which-polygon: see which_polygon.py, which runs this.
// In: polygons from a file, then for each question a count (int32) and that many x and y (float64). Out: int32 for each point.
import { readFileSync, readSync, writeSync } from 'node:fs';
import whichPolygon from 'which-polygon';

const NONE = -1;

function polygons(path) {
  const { buffer, byteOffset } = readFileSync(path);
  const count = new Int32Array(buffer, byteOffset, 1)[0];
  const sizes = new Int32Array(buffer, byteOffset + 8, count);
  const corners = new Float64Array(buffer.slice(byteOffset + 8 + 8 * Math.ceil(count / 2)));
  let at = 0;
  const ring = (size) => Array.from({ length: size }, () => [corners[at++], corners[at++]]);
  return Array.from(sizes, (size, g) => ({
    type: 'Feature', properties: { g }, geometry: { type: 'Polygon', coordinates: [ring(size)] },
  }));
}

function read(bytes) {
  const into = new Uint8Array(bytes);
  for (let got = 0; got < bytes;) {
    const more = readSync(0, into, got, bytes - got, null);
    if (more === 0) process.exit(0);
    got += more;
  }
  return into.buffer;
}

function write(bytes) {
  for (let given = 0; given < bytes.length;) given += writeSync(1, bytes, given, bytes.length - given);
}

const query = whichPolygon({ type: 'FeatureCollection', features: polygons(process.argv[2]) });
write(Uint8Array.of(1));
for (;;) {
  const [count] = new Int32Array(read(4));
  const x = new Float64Array(read(8 * count));
  const y = new Float64Array(read(8 * count));
  const found = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const covering = query([x[i], y[i]], true);
    found[i] = covering ? Math.min(...covering.map(({ g }) => g)) : NONE;
  }
  write(new Uint8Array(found.buffer));
}
