// A photo made smaller by the browser has lost when and where it was taken: this carries the Exif part over. Pure.
const SOI = 0xffd8, APP1 = 0xffe1, SOS = 0xffda, ORIENTATION = 0x0112;

// The APP1 segment with Exif of a JPEG (its marker and length included), or null.
export function exif_of(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint16(0) !== SOI) return null;
  for (let at = 2; at + 10 <= bytes.length;) {
    const marker = view.getUint16(at), length = view.getUint16(at + 2);
    if ((marker & 0xff00) !== 0xff00 || marker === SOS || length < 2) return null;
    if (marker === APP1 && view.getUint32(at + 4) === 0x45786966 && view.getUint16(at + 8) === 0) {
      return at + 2 + length <= bytes.length ? upright(bytes.slice(at, at + 2 + length)) : null;
    }
    at += 2 + length;
  }
  return null;
}

// The pixels were turned when they were drawn: the note must not ask for it again.
function upright(segment) {
  const view = new DataView(segment.buffer);
  const tiff = 10;
  if (segment.length < tiff + 8) return segment;
  const little = view.getUint16(tiff) === 0x4949;
  const directory = tiff + view.getUint32(tiff + 4, little);
  if (directory + 2 > segment.length) return segment;
  const entries = view.getUint16(directory, little);
  for (let index = 0; index < entries; index += 1) {
    const entry = directory + 2 + index * 12;
    if (entry + 12 > segment.length) break;
    if (view.getUint16(entry, little) === ORIENTATION) view.setUint16(entry + 8, 1, little);
  }
  return segment;
}

// A JPEG with the segment put behind its first marker.
export function with_exif(bytes, segment) {
  if (!segment) return bytes;
  const whole = new Uint8Array(bytes.length + segment.length);
  whole.set(bytes.subarray(0, 2));
  whole.set(segment, 2);
  whole.set(bytes.subarray(2), 2 + segment.length);
  return whole;
}
