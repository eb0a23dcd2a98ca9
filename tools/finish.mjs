// After the build: puts the reference texts beside the page, shrinks the wasm, moves Trunk's inline start script into a file (so that the page's
// Content-Security-Policy can forbid inline scripts), and puts a hash of the contents into the names of
// our own files, so that a browser never mixes an old file with a new one.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";

const staging = process.env.TRUNK_STAGING_DIR;
if (!staging) {
  console.error("tools/finish.mjs is run by Trunk; use `make build`");
  process.exit(1);
}
const hashOf = (bytes) => createHash("sha256").update(bytes).digest("hex").slice(0, 16);
const page = join(staging, "index.html");
let html = readFileSync(page, "utf8");

// The features that rustc uses for wasm32-unknown-unknown, and no more: all browsers of the last years have them.
const features = ["bulk-memory", "mutable-globals", "nontrapping-float-to-int", "reference-types", "sign-ext", "multivalue", "bulk-memory-opt", "call-indirect-overlong"];
const wasm = readdirSync(staging).find((name) => name.endsWith("_bg.wasm"));
if (!wasm) throw new Error("Trunk left no .wasm file");
const before = statSync(join(staging, wasm)).size;
// For a quick look while working on the page: KUBARIUM_QUICK=1 leaves the wasm as it is.
const quick = Boolean(process.env.KUBARIUM_QUICK);
if (!quick) {
  console.log("shrinking the wasm with wasm-opt");
  // Functions that are alike have names that are, and brotli packs neighbours best; a function that is inlined is alike to none.
  const packing = ["--one-caller-inline-max-function-size=0", "--reorder-functions-by-name"];
  execFileSync("node_modules/.bin/wasm-opt", [join(staging, wasm), "-Oz", ...packing, ...features.map((name) => `--enable-${name}`), "-o", join(staging, "small.wasm")], { stdio: "inherit" });
  renameSync(join(staging, "small.wasm"), join(staging, wasm));
  const compressed = brotliCompressSync(readFileSync(join(staging, wasm))).length;
  console.log(`${wasm}: ${before} bytes, ${statSync(join(staging, wasm)).size} after wasm-opt, ${compressed} with brotli`);
}

// The build script (build/main.rs) wrote the reference texts; the wasm knows under which name it will fetch them.
const reference = readFileSync(join(staging, wasm)).toString("latin1").match(/reference-[0-9a-f]{16}\.txt/)?.[0];
const profiles = join(process.env.CARGO_TARGET_DIR ?? "target", "wasm32-unknown-unknown");
const builds = readdirSync(profiles).map((profile) => join(profiles, profile, "build")).filter(existsSync);
const outputs = builds.flatMap((build) => readdirSync(build).map((crate) => join(build, crate, "out", reference)));
const written = outputs.find(existsSync);
if (!written) throw new Error(`${reference} is nowhere in ${profiles}: look at build/main.rs`);
copyFileSync(written, join(staging, reference));

// Trunk writes one inline module that imports and starts the wasm.
const inline = /<script type="module"[^>]*>([^]*?)<\/script>/;
const start = html.match(inline)?.[1];
if (!start) throw new Error("Trunk's start script isn't where it was: look at tools/finish.mjs");
const startName = `start-${hashOf(start)}.js`;
writeFileSync(join(staging, startName), start.trim() + "\n");
html = html.replace(inline, `<script type="module" src="${startName}"></script>`);

for (const name of ["apology.js", "editor.js", "page.css", "theme.js"]) {
  const hashed = name.replace(".", `-${hashOf(readFileSync(join(staging, name)))}.`);
  renameSync(join(staging, name), join(staging, hashed));
  html = html.replace(`"${name}"`, `"${hashed}"`);
}
writeFileSync(page, html);
rmSync(join(staging, "small.wasm"), { force: true });
