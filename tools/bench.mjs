// `make bench`: the figures of the README's performance table, with their units. dist/ must be built.
import { readFileSync, readdirSync, statSync } from "node:fs";
import { brotliCompressSync } from "node:zlib";
import { launch, open, site } from "../tests/browser/browser.mjs";
import { apply, diagram, speed, until } from "../tests/browser/steps.mjs";

const row = (what, figure, unit) => console.log(`${what.padEnd(66)} ${String(figure).padStart(8)} ${unit}`);
const kilobytes = (bytes) => Math.round(bytes / 1000);

// What a visitor downloads.
const files = readdirSync("dist").map((name) => ({ name, bytes: readFileSync(`dist/${name}`), size: statSync(`dist/${name}`).size }));
const compressed = files.map((file) => ({ ...file, brotli: brotliCompressSync(file.bytes).length }));
row("the wasm, with brotli", kilobytes(compressed.find((file) => file.name.endsWith(".wasm")).brotli), "kB");
row("the whole page, with brotli", kilobytes(compressed.reduce((sum, file) => sum + file.brotli, 0)), "kB");

const browser = await launch();
const { url, close } = await site();

// From the navigation to the mark that the page sets when it can be used.
const readyAfter = (page) => page.evaluate(() => Math.round(performance.getEntriesByName("kubarium-ready")[0].startTime));
const { page, context } = await open(browser, url);
row("first visit, until the page can be used", await readyAfter(page), "ms");
await page.reload();
await page.waitForFunction(() => performance.getEntriesByName("kubarium-ready").length > 0);
row("second visit, until the page can be used", await readyAfter(page), "ms");
await context.close();

// A thousand pods, as fast as the page can.
const crowd = await open(browser, url);
await crowd.page.getByRole("combobox", { name: "Example" }).selectOption({ label: "A thousand pods on fifty machines" });
await crowd.page.evaluate(() => {
  globalThis.longest = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) globalThis.longest = Math.max(globalThis.longest, entry.duration);
  }).observe({ type: "longtask" });
});
await speed(crowd.page, "Max");
await until("fifty machines", async () => (await diagram(crowd.page).getByRole("button", { name: /^Node / }).count()) === 50, 60_000);
const began = Date.now();
await apply(crowd.page);
await until("a thousand pods are ready", async () => (await diagram(crowd.page).getByRole("button", { name: "Deployment default/crowd, 1000 of 1000 ready" }).count()) === 1, 300_000);
row("1,000 pods of one Deployment on 50 nodes, from Apply to all Ready", Date.now() - began, "ms");
row("the longest task meanwhile", Math.round(await crowd.page.evaluate(() => globalThis.longest)), "ms");

await browser.close();
close();
