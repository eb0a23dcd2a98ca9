// The end-to-end tests: every file of tests/browser/journeys/, each test in a page of its own.
// `node tests/browser/run.mjs [part of a name]`
import { readdirSync } from "node:fs";
import { launch, open, site, ARTEFACTS } from "./browser.mjs";

const only = process.argv[2] ?? "";
const tests = [];
for (const file of readdirSync(new URL("journeys/", import.meta.url)).sort()) {
  const journey = await import(new URL(`journeys/${file}`, import.meta.url));
  for (const [name, test] of Object.entries(journey.default)) tests.push({ name: `${file.replace(".mjs", "")}: ${name}`, ...test });
}

const browser = await launch();
const { url, close } = await site();
let [passed, failed] = [0, 0];
for (const { name, run, options } of tests.filter((test) => test.name.includes(only))) {
  const began = Date.now();
  let context;
  try {
    const opened = await open(browser, url + (options?.hash ?? ""), options?.context);
    context = opened.context;
    opened.page.setDefaultTimeout(20_000);
    await run({ ...opened, url, browser });
    const troubles = opened.troubles.filter((trouble) => !options?.expected?.test(trouble));
    if (troubles.length > 0) throw new Error(`the page complained: ${troubles.join("; ").slice(0, 2000)}`);
    passed += 1;
    console.log(`ok   ${name} (${Date.now() - began} ms)`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${name}\n${String(error.stack ?? error).slice(0, 3000)}`);
    const page = context?.pages()[0];
    await page?.screenshot({ path: `${ARTEFACTS}/failed-${name.replace(/\W+/g, "-")}.png` }).catch(() => {});
  } finally {
    await context?.close();
  }
}
await browser.close();
close();
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
