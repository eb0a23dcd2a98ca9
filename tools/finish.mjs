// After the build: puts the reference texts beside the page, shrinks the wasm and takes it apart into what a page needs to open and the rest, moves
// Trunk's inline start script into a file (so that the page's Content-Security-Policy can forbid inline scripts), and puts a hash of the contents
// into the names of our own files, so that a browser never mixes an old file with a new one.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { split } from "./split.mjs";

const staging = process.env.TRUNK_STAGING_DIR;
if (!staging) {
  console.error("tools/finish.mjs is run by Trunk; use `make build`");
  process.exit(1);
}
const hashOf = (bytes) => createHash("sha256").update(bytes).digest("hex").slice(0, 16);

/** Replaces in a file of the page what must be there. */
function change(file, what, by) {
  const text = readFileSync(join(staging, file), "utf8");
  if (!what.test(text)) throw new Error(`${file} isn't as tools/finish.mjs expects it: ${what} isn't in it`);
  writeFileSync(join(staging, file), text.replace(what, by));
}

// What isn't needed to open the page but only once something is done in it, by the paths that its functions begin with.
const laterParts = [
  "kubectl", "playground::terminal::minikube", "playground::terminal::complete", "playground::terminal::computer",
  "kubelet::runtime::programs", "kubelet::runtime::shell", "network::connect", "network::dns", "network::request",
  "playground::completion", "playground::diagnostics", "playground::explain", "playground::takeaway",
  "server::admission::pod_security", "server::custom_resources::validation",
];
/** Names are as rustc writes them: `<kubarium[88b8f5261315e57a]::kubectl::flags::Flags>::read::<…>`. */
function isLater(name) {
  const path = name.replaceAll(/\[[0-9a-f]{16}\]/g, "").match(/^[<&*( ]*(?:mut |dyn )*kubarium::([a-z_0-9:]+)/)?.[1];
  return path !== undefined && laterParts.some((part) => path === part || path.startsWith(`${part}::`));
}

// The features that rustc uses for wasm32-unknown-unknown, and no more: all browsers of the last years have them.
const features = ["bulk-memory", "mutable-globals", "nontrapping-float-to-int", "reference-types", "sign-ext", "multivalue", "bulk-memory-opt", "call-indirect-overlong"];
const wasm = readdirSync(staging).find((name) => name.endsWith("_bg.wasm"));
if (!wasm) throw new Error("Trunk left no .wasm file");
const glue = wasm.replace("_bg.wasm", ".js");
const given = readFileSync(join(staging, wasm));
// The wasm knows under which name it will fetch the reference texts.
const reference = given.toString("latin1").match(/reference-[0-9a-f]{16}\.txt/)?.[0];
// For a quick look while working on the page: KUBARIUM_QUICK=1 leaves the wasm as it is.
const quick = Boolean(process.env.KUBARIUM_QUICK);
if (!quick) {
  console.log("shrinking the wasm with wasm-opt");
  // Functions that are alike have names that are, and brotli packs neighbours best; a function that is inlined is alike to none.
  // Alignments are hints that nothing heeds; without them loads and stores are more alike. The stack lies lowest in memory, so
  // that a pointer and a small number that is added to it never come around to its beginning.
  const packing = ["--one-caller-inline-max-function-size=0", "--low-memory-unused", "--optimize-added-constants-propagate", "--reorder-functions-by-name", "--dealign"];
  const small = join(staging, "small.wasm");
  execFileSync("node_modules/.bin/wasm-opt", [join(staging, wasm), "-g", "-Oz", ...packing, ...features.map((name) => `--enable-${name}`), "-o", small], { stdio: "inherit" });

  const { first, rest } = split(readFileSync(small), { isLater, load: ["rest", "load"] });
  rmSync(small);
  writeFileSync(join(staging, wasm), first);
  const restName = `rest-${hashOf(rest)}.wasm`;
  writeFileSync(join(staging, restName), rest);

  const bringsRest = readFileSync(join(staging, "rest.js"), "utf8").replace('"rest.wasm"', `"${restName}"`);
  const bringsRestName = `rest-${hashOf(bringsRest)}.js`;
  writeFileSync(join(staging, bringsRestName), bringsRest);
  // wasm-bindgen's script makes the imports, and Trunk's starts the program.
  change(glue, /^/, `import { loadRest } from "./${bringsRestName}";\n`);
  change(glue, /(function __wbg_get_imports[^]*return \{\s*__proto__: null,)/, "$1\n        rest: { load: () => loadRest(wasm) },");
  change("index.html", /(<script type="module"[^>]*>)([^]*?const wasm = await init[^]*?;\n)/, `$1\nimport { fetchRest } from "./${bringsRestName}";$2fetchRest(wasm);\n`);
  // Trunk named the two after what it was given.
  const [old] = wasm.match(/[0-9a-f]{16}/);
  const made = hashOf(hashOf(first) + readFileSync(join(staging, glue)));
  for (const name of [wasm, glue]) renameSync(join(staging, name), join(staging, name.replace(old, made)));
  change("index.html", new RegExp(old, "g"), made);

  const packed = (bytes) => `${bytes.length} bytes, ${brotliCompressSync(bytes).length} with brotli`;
  console.log(`the wasm: ${given.length} bytes before; first ${packed(first)}; the rest ${packed(rest)}`);
}
rmSync(join(staging, "rest.js"));

// The build script (build/main.rs) wrote the reference texts.
const profiles = join(process.env.CARGO_TARGET_DIR ?? "target", "wasm32-unknown-unknown");
const builds = readdirSync(profiles).map((profile) => join(profiles, profile, "build")).filter(existsSync);
const outputs = builds.flatMap((build) => readdirSync(build).map((crate) => join(build, crate, "out", reference)));
const written = outputs.find(existsSync);
if (!written) throw new Error(`${reference} is nowhere in ${profiles}: look at build/main.rs`);
copyFileSync(written, join(staging, reference));

const page = join(staging, "index.html");
let html = readFileSync(page, "utf8");
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
