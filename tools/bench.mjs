// `make bench`: the figures of the README's performance table, with their units. dist/ must be built; DIST names another folder.
import { readFileSync, readdirSync } from "node:fs";
import { brotliCompressSync } from "node:zlib";
import { launch, open, site } from "../tests/browser/browser.mjs";
import { apply, diagram, editor, kubectl, speed, until } from "../tests/browser/steps.mjs";

const only = process.argv[2] ?? "";
const row = (what, figure, unit) => console.log(`${what.padEnd(66)} ${String(figure).padStart(8)} ${unit}`);
const kilobytes = (bytes) => Math.round(bytes / 1000);

/** Begins to look for long tasks and slow frames. */
const watch = (page) =>
  page.evaluate(() => {
    globalThis.seen = { longest: 0, frames: [] };
    if (globalThis.watching) return;
    globalThis.watching = true;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) globalThis.seen.longest = Math.max(globalThis.seen.longest, entry.duration);
    }).observe({ type: "longtask" });
    let last = performance.now();
    const frame = (now) => {
      globalThis.seen.frames.push(now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });

/** The longest task since then (below 50 ms the browser tells of none), and the frames' rate. */
async function seen(page) {
  const { longest, frames } = await page.evaluate(() => globalThis.seen);
  const rate = (1000 * frames.length) / frames.reduce((sum, each) => sum + each, 0);
  return { longest: longest === 0 ? "< 50" : Math.round(longest), rate: Math.round(rate) };
}

/** How much the wasm's memory has grown to; a wasm never gives any back. */
async function wasmBytes(page, context) {
  const tools = await context.newCDPSession(page);
  const { result: prototype } = await tools.send("Runtime.evaluate", { expression: "WebAssembly.Memory.prototype" });
  const { objects } = await tools.send("Runtime.queryObjects", { prototypeObjectId: prototype.objectId });
  const functionDeclaration = "function () { return this.reduce((sum, memory) => sum + memory.buffer.byteLength, 0); }";
  const { result } = await tools.send("Runtime.callFunctionOn", { objectId: objects.objectId, functionDeclaration, returnByValue: true });
  await tools.detach();
  return result.value;
}

const example = (page, label) => page.getByRole("combobox", { name: "Example" }).selectOption({ label });
const clock = async (page) => {
  const parts = (await page.getByRole("timer").innerText()).split(":").map(Number);
  return parts.reduce((sum, part) => sum * 60 + part, 0);
};

async function download() {
  const dist = process.env.DIST ?? "dist";
  const compressed = readdirSync(dist).map((name) => ({ name, brotli: brotliCompressSync(readFileSync(`${dist}/${name}`)).length }));
  const sum = (end) => kilobytes(compressed.filter(({ name }) => name.endsWith(end)).reduce((sum, { brotli }) => sum + brotli, 0));
  row("the wasm that opens the page, with brotli", sum("_bg.wasm"), "kB");
  row("the wasm with the rest, which comes meanwhile, with brotli", sum(".wasm"), "kB");
  row("the whole page, with brotli", sum(""), "kB");
}

// From the navigation to the marks that the page sets: when it can be used, and when the rest of the program has come and its clock begins.
async function visits(browser, url) {
  const tell = async (which, page) => {
    await page.waitForFunction(() => ["kubarium-ready", "kubarium-whole"].every((mark) => performance.getEntriesByName(mark).length > 0));
    const [ready, whole] = await page.evaluate(() => ["kubarium-ready", "kubarium-whole"].map((mark) => Math.round(performance.getEntriesByName(mark)[0].startTime)));
    row(`${which} visit, until the page can be used`, ready, "ms");
    row(`${which} visit, until the rest has come, too`, whole, "ms");
  };
  const { page, context } = await open(browser, url);
  await tell("first", page);
  await page.reload();
  await tell("second", page);
  await context.close();
}

async function crowd(browser, url) {
  for (const label of ["Max", "100×", "20×", "1×"]) {
    const { page, context } = await open(browser, url);
    await example(page, "A thousand pods on fifty machines");
    await speed(page, "Max");
    await until("fifty machines", async () => (await diagram(page).getByRole("button", { name: /^Node / }).count()) === 50, 60_000);
    await speed(page, label);
    await watch(page);
    const began = Date.now();
    await apply(page);
    // Asked in the page: finding it by its role looks at all of the thousand objects, again and again, and would be a part of what is measured.
    const isReady = () => document.querySelector('[aria-label="Deployment default/crowd, 1000 of 1000 ready"]');
    if (label === "1×") await page.waitForTimeout(30_000);
    else await page.waitForFunction(isReady, null, { polling: 50, timeout: 300_000 });
    if (label === "Max") row("1,000 pods of one Deployment on 50 nodes, from Apply to all Ready", Date.now() - began, "ms");
    const { longest, rate } = await seen(page);
    row(`the longest task meanwhile, at ${label}`, longest, "ms");
    row(`frames, at ${label}`, rate, "a second");
    if (label === "Max") await scrub(page);
    await context.close();
  }
}

// Moves of the slider over all that has happened: from the move until the page shows that instant.
async function scrub(page) {
  await kubectl(page, "kubectl rollout restart deployment/crowd");
  await page.waitForTimeout(20_000);
  const revision = await kubectl(page, "kubectl get --raw '/api/v1/namespaces?limit=1' | grep -o 'resourceVersion\":\"[0-9]*' | tail -1");
  const took = await page.evaluate(async () => {
    const slider = document.querySelector("input[aria-label=History]");
    const timer = document.querySelector("[role=timer]");
    const end = Number(slider.max);
    const shown = (at) => {
      const tenths = Math.floor(at / 100);
      return timer.textContent.endsWith(`${Math.floor(tenths / 10) % 60}`.padStart(2, "0") + `.${tenths % 10}`);
    };
    const moves = [];
    for (let move = 0; move < 80; move += 1) {
      // To and fro, as a hand does: some moves far, most of them near.
      const at = Math.floor(end * (0.5 + 0.49 * Math.sin(move * 0.37) * (move % 10 === 0 ? 0.3 : 1)));
      const began = performance.now();
      slider.value = String(at);
      slider.dispatchEvent(new Event("input", { bubbles: true }));
      while (!shown(at) && performance.now() < began + 5000) await new Promise((resolve) => requestAnimationFrame(resolve));
      moves.push(performance.now() - began);
    }
    return moves.sort((one, other) => one - other);
  });
  console.log(`  (history: ${/resourceVersion":"(\d+)/.exec(revision)?.[1]} writes)`);
  row("a move of the history slider, median", Math.round(took[took.length >> 1]), "ms");
  row("a move of the history slider, longest", Math.round(took[took.length - 1]), "ms");
}

const BUSY = `apiVersion: batch/v1
kind: CronJob
metadata: { name: tick }
spec:
  schedule: "* * * * *"
  jobTemplate: { spec: { template: { spec: { restartPolicy: Never, containers: [{ name: tick, image: busybox, command: [echo, tick] }] } } } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: crash }
spec:
  replicas: 3
  selector: { matchLabels: { app: crash } }
  template:
    metadata: { labels: { app: crash } }
    spec: { containers: [{ name: crash, image: busybox, command: [sh, -c, "sleep 5; exit 1"] }] }
`;

// Machines, a CronJob, containers that crash: an hour of it, as fast as the page can.
async function hour(browser, url) {
  const { page, context } = await open(browser, url);
  await editor(page).click();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(BUSY);
  await watch(page);
  await apply(page);
  await speed(page, "Max");
  for (const minutes of [10, 20, 40, 60]) {
    const began = Date.now();
    await until(`${minutes} minutes`, async () => (await clock(page)) >= minutes * 60 || (await clock(page)), 600_000);
    row(`the wasm's memory after ${minutes} minutes of cluster time at Max`, Math.round((await wasmBytes(page, context)) / 1e6), "MB");
    console.log(`  (${Date.now() - began} ms)`);
  }
  row("the longest task meanwhile", (await seen(page)).longest, "ms");
  await context.close();
}

await download();
const browser = await launch();
const { url, close } = await site();
for (const bench of [visits, crowd, hour]) if (bench.name.includes(only)) await bench(browser, url);
await browser.close();
close();
