// Links and examples: what is opened, what is kept, and what nobody can break.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { apply, editor, kubectl, pods, replaceInEditor, speed, type, until, untilPods } from "../steps.mjs";

const ready = (page) => page.waitForFunction(() => performance.getEntriesByName("kubarium-ready").length > 0);
const share = async (page) => {
  await page.getByRole("button", { name: "Share" }).click();
  const dialog = page.getByRole("dialog", { name: "Share" });
  const link = await dialog.getByRole("textbox", { name: "Link" }).inputValue();
  await dialog.getByRole("button", { name: "Close" }).click();
  return link;
};

/** Random numbers that are the same every time. */
function dice(seed) {
  return (limit) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed % limit;
  };
}

export default {
  "every example in the gallery opens, applies and says what to try": {
    async run({ page }) {
      await page.getByRole("button", { name: "All examples" }).click();
      const gallery = page.getByRole("dialog", { name: "All examples" });
      const titles = await gallery.locator(".card button").allInnerTexts();
      assert.ok(titles.length > 20, `${titles.length} examples`);
      await gallery.getByRole("button", { name: "Close" }).click();
      for (const title of titles.filter((title) => !title.includes("thousand") && !title.includes("empty"))) {
        await page.getByRole("button", { name: "All examples" }).click();
        await gallery.getByRole("button", { name: title, exact: true }).click();
        await until(`${title}: what to try`, async () => (await page.locator(".notice").innerText()).length > 60);
        const said = await apply(page);
        assert.doesNotMatch(said, /error|invalid|forbidden/i, `${title}: ${said}`);
      }
    },
  },

  "what was typed is there at the next visit": {
    async run({ page, url }) {
      await type(page, "# mine");
      await page.waitForTimeout(500);
      await page.goto("about:blank");
      await page.goto(url);
      await ready(page);
      await until("it is there", async () => (await editor(page).innerText()).includes("# mine"));
    },
  },

  "own work that gave way to other own work is on the shelf": {
    async run({ page, url }) {
      await replaceInEditor(page, "mongo-staging", "first-work");
      await page.waitForTimeout(300);
      await page.getByRole("combobox", { name: "Example" }).selectOption({ label: "A Deployment heals itself" });
      await replaceInEditor(page, "replicas: 3", "replicas: 4");
      await page.waitForTimeout(300);
      await page.goto("about:blank");
      await page.goto(url);
      await ready(page);
      await until("the later work", async () => (await editor(page).innerText()).includes("replicas: 4"));
      await page.getByRole("button", { name: "All examples" }).click();
      await page.getByRole("dialog", { name: "All examples" }).getByRole("button", { name: /^namespace.yaml, secret.yaml/ }).click();
      await until("the earlier work", async () => (await editor(page).innerText()).includes("first-work"));
    },
  },

  "own work is brought back with what was done, also from beneath a link": {
    async run({ page, url }) {
      await page.getByRole("combobox", { name: "Example" }).selectOption({ label: "A Deployment heals itself" });
      await replaceInEditor(page, "replicas: 3", "replicas: 4");
      await speed(page, "20×");
      await apply(page);
      await untilPods(page, "web-", 4, "Running");
      await kubectl(page, "kubectl scale deployment web --replicas=2");
      await untilPods(page, "web-", 2, "Running");
      const names = JSON.stringify(await pods(page, "web-"));
      const link = await share(page);
      const same = async () => JSON.stringify(await pods(page, "web-")) === names || [names, await pods(page, "web-")];
      // The page goes away, as when its tab is closed, and is visited again.
      await page.goto("about:blank");
      await page.goto(url);
      await ready(page);
      await untilPods(page, "web-", 0, "");
      await page.getByRole("button", { name: "Do again what you did" }).click();
      await until("the same pods", same);
      await page.evaluate((hash) => { location.hash = hash; }, link.slice(link.indexOf("#")));
      await until("the link's pods", same);
      await page.getByRole("combobox", { name: "Example" }).selectOption({ label: "An empty workspace" });
      await page.getByRole("button", { name: "Go back to it" }).click();
      await until("the same pods again", same);
    },
  },

  "two tabs with the same work write over nothing": {
    async run({ page, context, url }) {
      await replaceInEditor(page, "mongo-staging", "shared-room");
      await page.waitForTimeout(300);
      const other = await context.newPage();
      await other.goto(url);
      await ready(other);
      await until("the same work", async () => (await editor(other).innerText()).includes("shared-room"));
      await replaceInEditor(other, "shared-room", "other-room");
      await other.waitForTimeout(300);
      await page.bringToFront();
      await replaceInEditor(page, "shared-room", "first-room");
      await page.waitForTimeout(300);
      await page.reload();
      await ready(page);
      await until("the later one", async () => (await editor(page).innerText()).includes("first-room"));
      await page.getByRole("button", { name: "All examples" }).click();
      await page.getByRole("dialog", { name: "All examples" }).getByRole("button", { name: /^namespace.yaml, secret.yaml/ }).nth(1).click();
      await until("the other one", async () => (await editor(page).innerText()).includes("other-room"));
    },
  },

  "work that is too large for a link is kept": {
    async run({ page, url }) {
      await page.getByRole("combobox", { name: "Example" }).selectOption({ label: "An empty workspace" });
      await type(page, `# ${"a long comment ".repeat(100_000)}\n# its end`);
      await page.waitForTimeout(1_000);
      await page.goto("about:blank");
      await page.goto(url);
      await ready(page);
      await page.keyboard.press("e");
      await page.keyboard.press("Control+End");
      await until("all of it", async () => (await editor(page).innerText()).endsWith("# its end"));
    },
  },

  "a link put into the address of the open page is opened": {
    async run({ page }) {
      await page.getByRole("combobox", { name: "Example" }).selectOption({ label: "A Deployment heals itself" });
      await speed(page, "20×");
      await apply(page);
      await untilPods(page, "web-", 3, "Running");
      const link = await share(page);
      assert.ok(link.length < 2_000, `${link.length}`);
      await page.getByRole("combobox", { name: "Example" }).selectOption({ label: "An empty workspace" });
      await type(page, "# mine");
      await page.waitForTimeout(300);
      await page.evaluate((hash) => { location.hash = hash; }, link.slice(link.indexOf("#")));
      await untilPods(page, "web-", 3, "Running");
      await page.getByRole("button", { name: "Go back to it" }).click();
      await until("the own work", async () => (await editor(page).innerText()).includes("# mine"));
    },
  },

  "hundreds of hostile links leave the page usable": {
    async run({ page }) {
      await page.getByRole("combobox", { name: "Example" }).selectOption({ label: "A Deployment heals itself" });
      await apply(page);
      const good = (await share(page)).split("#")[1];
      const roll = dice(7);
      const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_<>\"'%&é";
      for (let round = 0; round < 300; round += 1) {
        let link = good;
        for (let change = 0; change <= roll(3); change += 1) {
          const at = roll(link.length);
          const kind = roll(4);
          if (kind === 0) link = link.slice(0, at) + letters[roll(letters.length)] + link.slice(at + 1);
          if (kind === 1) link = link.slice(0, at);
          if (kind === 2) link = link.slice(0, at) + link.slice(at).repeat(2);
          if (kind === 3) link = roll(10) + link.slice(1);
        }
        await page.evaluate((hash) => { location.hash = hash; }, link);
      }
      await page.evaluate(() => { location.hash = "1<img src=x onerror=alert(1)>"; });
      await until("it is said", async () => (await page.getByText("The link could not be opened:").count()) === 1);
      assert.equal(await page.locator("img").count(), 0);
      await page.getByRole("combobox", { name: "Example" }).selectOption({ label: "A Deployment heals itself" });
      assert.match(await apply(page), /created/);
      await speed(page, "20×");
      await untilPods(page, "web-", 3, "Running");
    },
  },

  "works in a frame, also where storage is blocked": {
    async run({ url, browser }) {
      for (const blocked of [false, true]) {
        const sandbox = blocked ? 'sandbox="allow-scripts allow-same-origin"' : "";
        const lesson = `<!doctype html><title>A lesson</title><iframe ${sandbox} src="${url}" width="1400" height="860"></iframe>`;
        const server = createServer((_, response) => response.writeHead(200, { "content-type": "text/html" }).end(lesson));
        await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
        const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
        if (blocked) {
          await page.addInitScript(() => {
            const denied = { get() { throw new DOMException("denied", "SecurityError"); } };
            Object.defineProperties(window, { localStorage: denied, indexedDB: denied });
          });
        }
        const errors = [];
        page.on("pageerror", (error) => errors.push(String(error)));
        await page.goto(`http://127.0.0.1:${server.address().port}/`);
        const frame = page.frameLocator("iframe");
        await frame.getByRole("button", { name: "Apply", exact: true }).click({ timeout: 30_000 });
        await until("it is applied", async () => (await frame.getByRole("status", { name: "Apply result" }).innerText()).includes("created"));
        await frame.getByRole("button", { name: "New file" }).click();
        await until("whether it is kept", async () => (await frame.getByText("This browser keeps nothing for this page").count()) === (blocked ? 1 : 0));
        assert.deepEqual(errors, []);
        await page.context().close();
        server.close();
      }
    },
  },
};
