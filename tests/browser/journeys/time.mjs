// Time: pause, step, speed, going back, branching; and links to an instant.
import assert from "node:assert/strict";
import { apply, kubectl, openFile, pods, replaceInEditor, speed, until, untilPods } from "../steps.mjs";

const clock = (page) => page.getByRole("timer").innerText();
const history = (page) => page.getByRole("slider", { name: "History" });

/** Moves the scrubber as a person does who drags it. */
const scrub = (page, ms) =>
  history(page).evaluate((slider, value) => {
    slider.value = value;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  }, String(ms));

export default {
  "pauses, steps and goes on": {
    async run({ page }) {
      await page.getByRole("button", { name: "Pause" }).click();
      const stopped = await clock(page);
      await page.waitForTimeout(400);
      assert.equal(await clock(page), stopped);
      await page.getByRole("button", { name: "Skip to next event" }).click();
      await until("the clock has moved", async () => (await clock(page)) !== stopped);
      const skipped = await clock(page);
      await page.getByRole("button", { name: "Step" }).click();
      await page.getByRole("button", { name: "Play" }).click();
      await until("the clock runs", async () => (await clock(page)) !== skipped);
    },
  },

  "goes back, comes back, and branches": {
    async run({ page }) {
      await page.getByRole("combobox", { name: "Example" }).selectOption({ label: "A Deployment heals itself" });
      await speed(page, "20×");
      await apply(page);
      await untilPods(page, "web-", 3, "Running");
      const names = (await pods(page, "web-")).map((pod) => pod.name).sort();
      await scrub(page, 0);
      await untilPods(page, "web-", 0, "");
      assert.equal(await page.getByRole("button", { name: "Play" }).count(), 1);
      await page.getByRole("button", { name: "Back to now" }).click();
      await untilPods(page, "web-", 3, "Running");
      assert.deepEqual((await pods(page, "web-")).map((pod) => pod.name).sort(), names);

      await scrub(page, 0);
      await untilPods(page, "web-", 0, "");
      await page.getByRole("button", { name: "Branch from here" }).click();
      await until("there is no later time", async () => (await page.getByRole("button", { name: "Branch from here" }).isDisabled()));
      await page.waitForTimeout(300);
      await untilPods(page, "web-", 0, "");
    },
  },

  "the past that is shown again is the past that was": {
    async run({ page }) {
      await page.getByRole("combobox", { name: "Example" }).selectOption({ label: "A Deployment heals itself" });
      await apply(page);
      await page.getByRole("button", { name: "Pause" }).click();
      const at = Number(await history(page).inputValue());
      const before = await pods(page, "web-");
      await page.getByRole("button", { name: "Play" }).click();
      await speed(page, "20×");
      await untilPods(page, "web-", 3, "Running");
      await scrub(page, at);
      await until("the same pods in the same states", async () => {
        const now = await pods(page, "web-");
        return JSON.stringify(now.map((pod) => pod.name)) === JSON.stringify(before.map((pod) => pod.name)) || [before, now];
      });
    },
  },

  "a link opens the same workspace and cluster elsewhere": {
    async run({ page, browser }) {
      await openFile(page, "mongo-express.yaml");
      await replaceInEditor(page, "replicas: 2", "replicas: 3");
      await speed(page, "20×");
      await apply(page);
      await untilPods(page, "mongo-express-", 3, "Running");
      await kubectl(page, "kubectl scale deployment mongodb --replicas=2");
      await untilPods(page, "mongodb-", 2, "Running");
      await page.getByRole("radio", { name: "Application" }).check({ force: true });
      await page.getByRole("button", { name: "Pause" }).click();
      const here = JSON.stringify(await pods(page, "mongo"));
      await page.getByRole("button", { name: "Share" }).click();
      const link = await page.getByRole("dialog", { name: "Share" }).getByRole("textbox", { name: "Link" }).inputValue();
      assert.ok(link.length < 2_400, `${link.length} letters`);

      const elsewhere = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
      await elsewhere.goto(link);
      await elsewhere.waitForFunction(() => performance.getEntriesByName("kubarium-ready").length > 0);
      await until("the same pods", async () => JSON.stringify(await pods(elsewhere, "mongo")) === here || [here, await pods(elsewhere, "mongo")]);
      assert.equal(await elsewhere.getByRole("radio", { name: "Application" }).isChecked(), true);
      await openFile(elsewhere, "mongo-express.yaml");
      await until("the same text", async () => (await elsewhere.getByRole("textbox", { name: "Manifest editor" }).innerText()).includes("replicas: 3"));
      await elsewhere.context().close();
    },
  },

  "a broken link is said and harms nothing": {
    options: { hash: "#1damaged" },
    async run({ page }) {
      await until("it is said", async () => (await page.getByText("The link could not be opened:").count()) === 1);
      assert.match(await apply(page), /created/);
    },
  },

  "a mistake in the program itself is said": {
    async run({ page }) {
      await page.evaluate(() => dispatchEvent(new ErrorEvent("error", { error: new WebAssembly.RuntimeError("unreachable executed") })));
      await until("it is said", async () => (await page.getByRole("alert").allInnerTexts()).some((text) => /has stopped.*load the page again.*unreachable executed/.test(text)));
    },
  },

  "a link does not run over a person's own work": {
    async run({ page, url }) {
      await openFile(page, "namespace.yaml");
      await replaceInEditor(page, "mongo-staging", "my-own-room");
      await page.waitForTimeout(300);
      await page.getByRole("combobox", { name: "Example" }).selectOption({ label: "A Deployment heals itself" });
      await until("the example", async () => (await page.getByRole("tab").allInnerTexts()).join() === "web.yaml");
      await page.goto("about:blank");
      await page.goto(url);
      await page.waitForFunction(() => performance.getEntriesByName("kubarium-ready").length > 0);
      await until("the own work is there", async () => (await page.getByRole("textbox", { name: "Manifest editor" }).innerText()).includes("my-own-room"));
    },
  },
};
