// The end-to-end tests: every file of tests/browser/journeys/, each test in a page of its own; a newcomer's journeys, and what is kept, in Firefox too.
// `node tests/browser/run.mjs [part of a name, such as "time" or "firefox"]`
import { existsSync, readdirSync } from "node:fs";
import { launch, open, site, ARTEFACTS } from "./browser.mjs";
import { FIREFOX, launchFirefox } from "./firefox.mjs";

const only = process.argv[2] ?? "";
const browsers = [{ start: launch, suffix: "", plays: () => true }];
if (existsSync(FIREFOX)) browsers.push({ start: launchFirefox, suffix: " [firefox]", plays: (name) => /^newcomer: |next visit/.test(name) });
else console.log(`there is no ${FIREFOX}: nothing is tried in Firefox`);
const tests = [];
for (const file of readdirSync(new URL("journeys/", import.meta.url)).sort()) {
  const journey = await import(new URL(`journeys/${file}`, import.meta.url));
  for (const [name, test] of Object.entries(journey.default)) tests.push({ name: `${file.replace(".mjs", "")}: ${name}`, ...test });
}

const { url, close } = await site();
let [passed, failed] = [0, 0];
const all = browsers.flatMap((kind) => tests.filter((test) => kind.plays(test.name)).map((test) => ({ ...test, kind, name: test.name + kind.suffix })));
for (const { name, run, options, kind } of all.filter((test) => test.name.includes(only))) {
  const browser = (kind.browser ??= await kind.start());
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
for (const { browser } of browsers) await browser?.close();
close();
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
