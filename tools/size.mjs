// The page's size as a visitor downloads it, with brotli; fails when it has grown past what is allowed: `node tools/size.mjs [FOLDER]`
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";

// They are meant to fall: after an improvement, lower them to just above what was reached.
const most = { first: 985, wasm: 1410, page: 1700 };

const folder = process.argv[2] ?? "dist";
const size = { first: 0, wasm: 0, page: 0 };
for (const name of readdirSync(folder)) {
  const bytes = brotliCompressSync(readFileSync(join(folder, name))).length;
  size.page += bytes;
  if (name.endsWith(".wasm")) size.wasm += bytes;
  if (name.endsWith("_bg.wasm")) size.first += bytes;
}
const kilobytes = (bytes) => Math.ceil(bytes / 1000);
let grown = false;
for (const [what, called] of [["first", "the wasm that opens the page"], ["wasm", "the wasm with the rest"], ["page", "the whole page"]]) {
  console.log(`${called}, with brotli: ${kilobytes(size[what])} kB of at most ${most[what]} kB`);
  grown ||= kilobytes(size[what]) > most[what];
}
if (grown) {
  console.error(`The page has grown. Every visitor downloads it: look for what the last changes added (a dependency, a generic function compiled for many
types, long tables in code) and make it smaller. Only if it is worth its size, raise the figure in tools/size.mjs, and say in the commit what it buys.`);
  process.exit(1);
}
