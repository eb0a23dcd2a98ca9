// `make test`: runs every kind of test, also after one has failed, and adds them up in the last line.
import { spawn } from "node:child_process";

const runner = { CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER: "wasm-bindgen-test-runner", CHROMEDRIVER: "chromedriver" };

// A step that only succeeds or fails counts as one test; the others print their own counts.
const steps = [
  { name: "formatting", run: ["cargo", "fmt", "--check"] },
  { name: "lints, native", run: ["cargo", "clippy", "--all-targets", "--", "-D", "warnings"] },
  { name: "lints, wasm", run: ["cargo", "clippy", "--target", "wasm32-unknown-unknown", "--lib", "--bins", "--test", "web", "--", "-D", "warnings"] },
  { name: "native tests", run: ["cargo", "test", "--no-fail-fast"], counts: true },
  { name: "a client library", run: ["node", "tests/client/run.mjs"], counts: true },
  { name: "the native digest", run: ["cargo", "test", "--test", "determinism", "always_ends", "--", "--nocapture"] },
  { name: "tests in a browser, wasm", run: ["cargo", "test", "--release", "--target", "wasm32-unknown-unknown", "--test", "web"], env: runner, counts: true },
  { name: "build", run: ["tools/build.sh"] },
  { name: "size of the page", run: ["node", "tools/size.mjs"] },
  { name: "end to end in a browser", run: ["node", "tests/browser/run.mjs"], counts: true },
];

// "test result: ok. 12 passed; 0 failed; …" (cargo and wasm-bindgen), "12 passed, 0 failed" (ours).
const tally = /(\d+) passed[;,] (\d+) failed/g;

function run(step) {
  return new Promise((resolve) => {
    console.log(`\n── ${step.name}: ${step.run.join(" ")}`);
    const child = spawn(step.run[0], step.run.slice(1), { env: { ...process.env, ...step.env }, stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        text += chunk;
        process.stdout.write(chunk);
      });
    }
    child.on("error", (error) => resolve({ code: 1, text: String(error) }));
    child.on("close", (code) => resolve({ code, text }));
  });
}

let passed = 0;
let failed = 0;
const failures = [];
for (const step of steps) {
  const began = Date.now();
  const { code, text } = await run(step);
  // The cluster must become the same in a browser: tests/web.rs compares.
  runner.KUBARIUM_NATIVE_DIGEST ??= text.match(/digest of the story: (\w+)/)?.[1];
  let [good, bad] = [0, 0];
  if (step.counts) for (const [, p, f] of text.matchAll(tally)) (good += Number(p)), (bad += Number(f));
  else if (code === 0) good = 1;
  // A run that broke off before it could count is a failure too.
  if (code !== 0 && bad === 0) bad = 1;
  passed += good;
  failed += bad;
  if (bad > 0) failures.push(step.name);
  console.log(`── ${step.name}: ${good} passed, ${bad} failed, ${Math.round((Date.now() - began) / 1000)} s`);
}
if (failures.length > 0) console.log(`\nfailed: ${failures.join("; ")}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
