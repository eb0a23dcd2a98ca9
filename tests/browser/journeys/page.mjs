// The page itself: for everyone, on every screen, without asking anybody for anything.
import assert from "node:assert/strict";
import { ARTEFACTS } from "../browser.mjs";
import { violations } from "../look.mjs";
import { apply, diagram, inspector, kubectl, openFile, output, replaceInEditor, speed, type, until, untilPods } from "../steps.mjs";

/** Passes the states that a person meets, and looks for what axe finds in each; keeps a picture of each. */
function everyState(theme) {
  return async ({ page }) => {
    const found = [];
    const look = async (name) => {
      await page.waitForTimeout(700);
      await page.screenshot({ path: `${ARTEFACTS}/${theme}-${name}.png` });
      found.push(...(await violations(page)).map((violation) => `${name}: ${violation}`));
    };
    await look("opened");
    await speed(page, "20×");
    await apply(page);
    await look("applying");
    await untilPods(page, "mongo-express-", 2, "Running");
    await kubectl(page, "kubectl get pods");
    await diagram(page).getByRole("button", { name: /^Pod default\/mongodb-/ }).press("Enter");
    await until("the inspector", async () => (await inspector(page).innerText()).includes("Why it is here"));
    await look("selected");
    await page.getByRole("radio", { name: "Application" }).check({ force: true });
    await look("application");
    await openFile(page, "mongo.yaml");
    await replaceInEditor(page, "key: mongo-root-password", "key: mongo-root-pasword");
    await replaceInEditor(page, "replicas: 1", "replica: 1");
    await until("a problem", async () => (await page.getByRole("list", { name: "Problems" }).getByRole("listitem").count()) > 0);
    await look("problem");
    await page.getByRole("button", { name: "More about files" }).click();
    await look("files");
    await page.keyboard.press("Escape");
    await page.getByText("Outline", { exact: true }).click();
    await look("outline");
    await page.getByRole("button", { name: "Diff" }).click();
    await look("diff");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "All examples" }).click();
    await look("gallery");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Share" }).click();
    await look("share");
    assert.deepEqual(found, []);
  };
}

/** Whether the picture still moves a few frames after another view of it was chosen, while the clock stands still. */
async function movesAfter(page) {
  await apply(page);
  await untilPods(page, "mongo-express-", 2, "Running");
  await page.getByRole("button", { name: "Pause" }).click();
  await page.waitForTimeout(900);
  const picture = () => page.locator(".frame canvas").evaluate((canvas) => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(() => resolve(canvas.toDataURL()))))));
  await page.getByRole("radio", { name: "Application" }).check({ force: true });
  const first = await picture();
  await page.waitForTimeout(1_200);
  return first !== (await picture());
}

export default {
  "axe finds nothing, light": { options: { context: { colorScheme: "light" } }, run: everyState("light") },
  "axe finds nothing, dark": { options: { context: { colorScheme: "dark" } }, run: everyState("dark") },

  "a phone shows one pane at a time": {
    options: { context: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } },
    async run({ page }) {
      const panes = page.getByRole("navigation", { name: "Pane" });
      await panes.getByRole("button", { name: "Editor" }).click();
      await page.screenshot({ path: `${ARTEFACTS}/phone-editor.png` });
      assert.ok(await page.locator(".notice").isVisible(), "what is said is seen in every pane");
      const small = await page.locator("input:not([type=file], [type=radio], [type=range]), select, textarea, .cm-content").evaluateAll((all) => all.filter((each) => Number.parseFloat(getComputedStyle(each).fontSize) < 16).map((each) => each.outerHTML.slice(0, 80)));
      assert.deepEqual(small, [], "an iPhone enlarges the page for these");
      await speed(page, "20×");
      await apply(page);
      await panes.getByRole("button", { name: "Diagram" }).click();
      await untilPods(page, "mongodb-", 1, "Running");
      await page.waitForTimeout(700);
      await page.screenshot({ path: `${ARTEFACTS}/phone-diagram.png` });
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing sticks out to the right");
      await diagram(page).getByRole("button", { name: /^Pod default\/mongodb-/ }).click();
      await until("the inspector", async () => await inspector(page).isVisible());
      await page.screenshot({ path: `${ARTEFACTS}/phone-inspector.png` });
      await panes.getByRole("button", { name: "Terminal" }).click();
      assert.match(await kubectl(page, "kubectl get svc"), /mongodb-service/);
      await page.screenshot({ path: `${ARTEFACTS}/phone-terminal.png` });
      assert.deepEqual(await violations(page), []);
    },
  },

  "at 200 % nothing is lost": {
    options: { context: { viewport: { width: 720, height: 450 }, deviceScaleFactor: 2 } },
    async run({ page }) {
      await page.getByRole("navigation", { name: "Pane" }).getByRole("button", { name: "Editor" }).click();
      await apply(page);
      await page.screenshot({ path: `${ARTEFACTS}/zoomed.png` });
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing sticks out to the right");
    },
  },

  "at every width all controls are there": {
    async run({ page }) {
      for (const width of [320, 390, 720, 1024, 1280, 1920]) {
        await page.setViewportSize({ width, height: 720 });
        const controls = await page.locator("header :is(button, select, input[type=range])").evaluateAll((all) => all.map((each) => [each.ariaLabel ?? each.textContent, each.getBoundingClientRect()]));
        const outside = controls.filter(([, { left, right, width: own }]) => own === 0 || left < 0 || right > width).map(([name]) => name);
        assert.deepEqual(outside, [], `${width} px`);
      }
      await page.setViewportSize({ width: 1280, height: 720 });
      assert.ok((await page.locator("header").boundingBox()).height < 60, "a laptop has them in one row");
    },
  },

  "reduced motion moves nothing by itself": {
    options: { context: { reducedMotion: "reduce" } },
    run: async ({ page }) => assert.equal(await movesAfter(page), false),
  },

  "without it, things travel to where they are shown next": {
    run: async ({ page }) => assert.equal(await movesAfter(page), true),
  },

  "the diagram can be walked by keyboard": {
    async run({ page }) {
      const first = diagram(page).getByRole("button", { name: /^Node worker-1, / });
      await first.focus();
      await page.keyboard.press("ArrowRight");
      const label = await page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
      assert.match(label ?? "", /^Node worker-2, /);
      await page.keyboard.press("Enter");
      await until("it is selected", async () => (await inspector(page).innerText()).includes("worker-2"));
    },
  },

  "a button disturbs nothing that runs in the terminal": {
    async run({ page }) {
      await speed(page, "20×");
      await apply(page);
      await untilPods(page, "mongo-express-", 2, "Running");
      const line = page.getByRole("textbox", { name: "Command line" });
      await line.fill("cat > typed.yaml");
      await line.press("Enter");
      await diagram(page).getByRole("button", { name: /^Deployment default\/mongo-express, / }).press("Enter");
      await inspector(page).getByRole("button", { name: "Scale" }).click();
      await inspector(page).getByRole("textbox", { name: "Replicas" }).fill("3");
      await page.keyboard.press("Enter");
      await untilPods(page, "mongo-express-", 3, "Running");
      await until("it says what it does", async () => (await output(page).innerText()).includes("Beside what runs here: kubectl scale deployment mongo-express"));
      await line.fill("kind: Mine");
      await line.press("Enter");
      await line.press("Control+d");
      await openFile(page, "typed.yaml");
      await until("only what was typed is in it", async () => (await page.locator(".cm-content").innerText()).trim() === "kind: Mine");
    },
  },

  "files are made, named and deleted": {
    async run({ page }) {
      await page.getByRole("button", { name: "New file" }).click();
      await page.getByRole("textbox", { name: "File name" }).fill("mongo.yaml");
      await page.keyboard.press("Enter");
      await until("a name is taken once", async () => (await page.getByRole("alert").innerText()).includes("There is a file mongo.yaml already."));
      await page.getByRole("textbox", { name: "File name" }).fill("mine.yaml");
      await page.keyboard.press("Enter");
      await until("it has its name", async () => (await page.getByRole("tab", { name: "mine.yaml", selected: true }).count()) === 1);
      await page.getByRole("button", { name: "Delete file" }).click();
      await until("it is gone", async () => (await page.getByRole("tab", { name: "mine.yaml" }).count()) === 0);
      const tabs = () => page.getByRole("tablist", { name: "Files" }).getByRole("tab").allInnerTexts();
      const before = await tabs();
      await openFile(page, "mongo.yaml");
      await page.getByRole("button", { name: "Delete file" }).click();
      await until("it is gone", async () => !(await tabs()).includes("mongo.yaml"));
      await page.getByRole("button", { name: "Bring it back" }).click();
      await until("it is where it was", async () => (await tabs()).join() === before.join());
      assert.ok((await page.getByRole("textbox", { name: "Manifest editor" }).innerText()).includes("image: mongo:"));
    },
  },

  "the editor completes what the schema has": {
    async run({ page }) {
      await openFile(page, "mongo.yaml");
      await page.getByRole("textbox", { name: "Manifest editor" }).click();
      await page.keyboard.press("Control+Home");
      await page.keyboard.press("End");
      await page.keyboard.insertText("\nspe");
      await page.keyboard.press("Control+Space");
      const offered = () => page.locator(".cm-tooltip-autocomplete .cm-completionLabel").allInnerTexts();
      await until("nothing that is there already is offered", async () => !(await offered()).join().includes("kind"));
      await type(page, "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  ");
      await page.keyboard.press("Control+Space");
      await until("what is required comes first", async () => (await offered()).slice(0, 3).join() === "selector,template,minReadySeconds" || (await offered()));
      await page.keyboard.press("Escape");
      const key = "    env:\n    - name: X\n      valueFrom:\n        secretKeyRef:\n          name: mongodb-secret\n          key: ";
      await type(page, `apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - name: web\n${key}`);
      await page.keyboard.press("Control+Space");
      await until("the Secret's keys", async () => (await offered()).join() === "mongo-root-password,mongo-root-username" || (await offered()));
    },
  },

  "the editor says what a field means, by keyboard too": {
    async run({ page }) {
      await openFile(page, "mongo.yaml");
      await page.locator(".cm-line", { hasText: "replicas" }).click();
      await page.keyboard.press("Control+Shift+Space");
      await until("it is shown", async () => (await page.locator(".field-help").innerText()).startsWith("replicas <integer>"));
      await until("it is said", async () => (await page.locator(".said").innerText()).startsWith("replicas <integer>: Number of desired pods."));
      await page.keyboard.press("Escape");
      await until("it is gone", async () => (await page.locator(".field-help").count()) === 0);
    },
  },

  "what happens by itself is said, but not more than one can listen to": {
    async run({ page }) {
      await page.getByRole("combobox", { name: "Example" }).selectOption({ label: "A crash loop, and its cure" });
      await apply(page);
      await speed(page, "Max");
      await diagram(page).getByRole("button", { name: /^Pod / }).first().press("Enter");
      await page.evaluate(() => {
        globalThis.said = [];
        new MutationObserver(() => globalThis.said.push(document.querySelector(".said").textContent)).observe(document.querySelector(".said"), { childList: true, characterData: true, subtree: true });
      });
      await page.waitForTimeout(7_000);
      const said = await page.evaluate(() => globalThis.said);
      assert.ok(said.length >= 1 && said.length <= 3, JSON.stringify(said));
    },
  },

  "the terminal's output is copied, also where that is forbidden it goes on": {
    options: { context: { permissions: ["clipboard-read", "clipboard-write"] } },
    async run({ page }) {
      await kubectl(page, "echo copied words");
      await output(page).hover();
      const copy = () => page.getByRole("button", { name: "Copy all output" }).click();
      await copy();
      await until("it is said", async () => (await page.locator(".said").innerText()) === "Copied.");
      assert.match(await page.evaluate(() => navigator.clipboard.readText()), /\$ echo copied words\ncopied words\n/);
      await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
      await copy();
      await until("it is said", async () => (await page.locator(".said").innerText()).startsWith("The browser does not let this page copy"));
      assert.match(await kubectl(page, "echo on"), /on/);
    },
  },

  "the terminal follows what is written, unless one reads further up": {
    async run({ page }) {
      const log = output(page);
      const isAtEnd = () => log.evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight < 4);
      await kubectl(page, "seq 1 60");
      await until("the end is seen", isAtEnd);
      const input = page.getByRole("textbox", { name: "Command line" });
      await input.fill("seq 1 60; sleep 2; seq 1 60");
      await input.press("Enter");
      await until("the end is seen", isAtEnd);
      await log.evaluate((log) => (log.scrollTop = 40));
      const length = (await log.innerText()).length;
      await until("more is written", async () => (await log.innerText()).length > length);
      await page.waitForTimeout(100);
      assert.equal(await log.evaluate((log) => log.scrollTop), 40);
    },
  },

  "nothing that is said moves the diagram": {
    async run({ page }) {
      const place = async () => JSON.stringify(await diagram(page).locator(".frame").boundingBox());
      const before = await place();
      await until("nothing is due", async () => (await diagram(page).getByText("Nothing is due for").count()) === 1);
      assert.equal(await place(), before);
      await apply(page);
      await page.getByRole("slider", { name: "History" }).focus();
      await page.keyboard.press("Home");
      await until("the past", async () => (await page.getByText("You are looking at the past.").count()) === 1);
      assert.equal(await place(), before);
    },
  },
};
