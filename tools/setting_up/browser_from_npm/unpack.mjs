// The test browser where the system has none to install (Ubuntu offers a snap only, which cannot read the tests' folders).
// Unpacks the test browser and its libraries from their package into the folder named on the command line.
import { createReadStream, createWriteStream, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";

const require = createRequire(join(process.argv[2], "package.json"));
const target = process.argv[3];
const packed = join(process.argv[2], "node_modules/@sparticuz/chromium/bin");
const { extract } = require("tar-fs");

mkdirSync(target, { recursive: true });
for (const name of ["al2023", "swiftshader"]) {
  await pipeline(createReadStream(join(packed, `${name}.tar.br`)), createBrotliDecompress(), extract(join(target, name)));
}
await pipeline(createReadStream(join(packed, "chromium.br")), createBrotliDecompress(), createWriteStream(join(target, "browser"), { mode: 0o755 }));
