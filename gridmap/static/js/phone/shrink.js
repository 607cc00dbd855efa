// Photos are made smaller before they are sent: a phone's camera makes ten megabytes where half of one tells all.
import { exif_of, with_exif } from "./exif.js";

const EDGE = 1600, QUALITY = 0.82, SMALL_ENOUGH = 600_000;

export async function shrink(file) {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, EDGE / Math.max(picture.width, picture.height));
    if (scale === 1 && file.type === "image/jpeg" && file.size <= SMALL_ENOUGH) return file;
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    const pen = canvas.getContext("2d");
    pen.fillStyle = "white";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const small = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", QUALITY); });
    const [before, after] = await Promise.all([file.arrayBuffer(), small.arrayBuffer()]);
    return new Blob([with_exif(new Uint8Array(after), exif_of(new Uint8Array(before)))], { type: "image/jpeg" });
  } catch {
    return file; // What the browser can't read, the server may; it says so if not.
  }
}
