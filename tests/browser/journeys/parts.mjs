// The program comes in two parts: the page opens with the first, and the rest may come late, or never.
import assert from "node:assert/strict";
import { apply, diagram, output, speed, untilPods } from "../steps.mjs";

const REST = /\/rest-[0-9a-f]{16}\.wasm$/;

/** The page once more, in a tab where `answer` decides what becomes of requests for the rest. */
async function openAgain(context, url, answer) {
  const page = await context.newPage();
  await page.route(REST, answer);
  await page.goto(url);
  await page.waitForFunction(() => performance.getEntriesByName("kubarium-ready").length > 0);
  return page;
}

export default {
  "the page opens without the rest, and what was asked for meanwhile is done": {
    async run({ context, url }) {
      let deliver;
      const delivered = new Promise((resolve) => (deliver = resolve));
      const page = await openAgain(context, url, async (route) => {
        await delivered;
        await route.continue();
      });
      await diagram(page).getByRole("button", { name: /^Node / }).first().waitFor();
      const clock = page.getByRole("timer");
      const before = await clock.innerText();
      await page.waitForTimeout(1_500);
      assert.equal(await clock.innerText(), before, "nothing moves before the program is whole");
      deliver();
      await speed(page, "20×");
      assert.match(await apply(page), /deployment.apps\/mongo-express created/);
      await untilPods(page, "mongo-express-", 2, "Running");
      assert.notEqual(await clock.innerText(), before);
      assert.doesNotMatch(await output(page).innerText(), /could not be fetched/);
    },
  },
  "a rest that failed to come is fetched again when it is wanted": {
    options: { expected: /rest|Failed to load|net::/ },
    async run({ context, url }) {
      let asked = 0;
      const page = await openAgain(context, url, (route) => ((asked += 1) <= 2 ? route.abort() : route.continue()));
      assert.match(await apply(page), /deployment.apps\/mongo-express created/);
      assert.equal(await page.locator("#apology").isVisible(), false);
    },
  },
  "a rest that can't be had is said": {
    options: { expected: /rest|Failed to load|net::|could not be fetched/ },
    async run({ context, url }) {
      const page = await openAgain(context, url, (route) => route.abort());
      await page.getByRole("button", { name: "Apply", exact: true }).click({ noWaitAfter: true });
      await page.getByText("could not be fetched").waitFor();
    },
  },
};
