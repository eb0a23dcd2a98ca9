// Looking at the page: what axe finds in it, and a picture of it, in light and in dark.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { ARTEFACTS } from "./browser.mjs";

const axe = readFileSync("node_modules/axe-core/axe.min.js", "utf8");

/** What axe finds in the page as it is. */
export async function violations(page) {
  // Through the debugging protocol, since the page forbids scripts of others.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 4).map((node) => `${node.html.slice(0, 120)} ${node.any[0]?.message ?? ""}`).join(" | ")}`);
}

/** Looks at the page in light and in dark. */
export async function look(page, name) {
  const kind = page.context().browser().browserType().name();
  for (const colorScheme of ["dark", "light"]) {
    await page.emulateMedia({ colorScheme });
    // Until what travels has arrived.
    await page.waitForTimeout(700);
    await page.screenshot({ path: `${ARTEFACTS}/journey-${name}-${kind}-${colorScheme}.png` });
    assert.deepEqual(await violations(page), [], `${name}, ${kind}, ${colorScheme}`);
  }
}
