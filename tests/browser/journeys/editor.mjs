// The editor: mistakes and their corrections, what would change, files in and out.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { apply, editor, inspector, openFile, problems, replaceInEditor, speed, type, until, untilPods } from "../steps.mjs";

const text = (page) => editor(page).innerText();
const more = async (page, name) => {
  await page.getByRole("button", { name: "More about files" }).click();
  await page.getByRole("button", { name, exact: true }).click();
};
const tabs = (page) => page.getByRole("tablist", { name: "Files" }).getByRole("tab").allInnerTexts();

/** Drops a file on the editor, as from a folder. */
const drop = (page, name, contents) =>
  page.evaluate(
    ([name, contents]) => {
      const data = new DataTransfer();
      data.items.add(new File([typeof contents === "string" ? contents : new Uint8Array(contents)], name));
      const target = document.querySelector(".cm-content");
      for (const type of ["dragenter", "dragover", "drop"]) target.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: data }));
    },
    [name, contents],
  );

async function downloaded(page, act) {
  const [download] = await Promise.all([page.waitForEvent("download"), act()]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

export default {
  "a key that a Secret has not is found before Apply, and corrected": {
    async run({ page }) {
      await openFile(page, "mongo.yaml");
      await replaceInEditor(page, "key: mongo-root-password", "key: mongo-root-pasword");
      const sentence = "Secret mongodb-secret has no key mongo-root-pasword; did you mean mongo-root-password?";
      await until("the problem", async () => (await problems(page).innerText()).includes(sentence));
      await until("the squiggle", async () => (await page.locator(".cm-lintRange-warning").allInnerTexts()).join() === "mongo-root-pasword");
      await page.getByRole("button", { name: "Change to mongo-root-password" }).click();
      await until("it is corrected", async () => (await problems(page).getByRole("listitem").count()) === 0);
      assert.ok((await text(page)).includes("key: mongo-root-password\n"));
      await page.keyboard.press("Control+z");
      await until("it can be undone", async () => (await text(page)).includes("mongo-root-pasword"));
    },
  },

  "Diff says what Apply would do": {
    async run({ page }) {
      await speed(page, "20×");
      await apply(page);
      await openFile(page, "mongo-express.yaml");
      await replaceInEditor(page, "replicas: 2", "replicas: 3");
      await until("the forecast", async () => (await page.locator(".apply-line").innerText()).includes("would change 1 of 12 objects"));
      await page.getByRole("button", { name: "Diff" }).click();
      const dialog = page.getByRole("dialog", { name: "What Apply would do" });
      await until("the field", async () => /spec\.replicas\s+2\s+3/.test(await dialog.innerText()));
      assert.match(await dialog.innerText(), /Secret mongodb-secret unchanged/);
      await dialog.getByRole("button", { name: "Apply" }).click();
      await untilPods(page, "mongo-express-", 3, "Running");
      await openFile(page, "mongo.yaml");
      await replaceInEditor(page, "replicas: 1", "replicas: -1");
      await until("it would be refused", async () => (await page.locator(".apply-line").innerText()).includes("1 would be refused"));
      await page.getByRole("button", { name: "Diff" }).click();
      await until("the reason", async () => /Deployment mongodb refused[^]*must be greater than or equal to 0/.test(await dialog.innerText()));
    },
  },

  "the outline and the gutter show how objects do": {
    async run({ page }) {
      await speed(page, "20×");
      await apply(page);
      await untilPods(page, "mongo-express-", 2, "Running");
      await page.getByText("Outline", { exact: true }).click();
      const outline = page.getByRole("list", { name: "Outline" });
      await until("the states", async () => /Deployment mongo-express\s+2 of 2 ready/.test(await outline.innerText()));
      await outline.getByRole("button", { name: "2 of 2 ready" }).click();
      await until("it is selected", async () => (await inspector(page).innerText()).includes("mongo-express"));
      await outline.getByRole("button", { name: "PersistentVolumeClaim mongo-pvc" }).click();
      await until("its file", async () => (await page.getByRole("tab", { name: "storage.yaml", selected: true }).count()) === 1);
      await until("the marks", async () => (await page.locator(".cm-gutter-live .live").evaluateAll((all) => all.map((each) => each.title))).join() === "PersistentVolume mongo-pv: Bound,PersistentVolumeClaim mongo-pvc: Bound");
      await page.locator(".cm-gutter-live .live").first().click();
      await until("the volume is selected", async () => (await inspector(page).innerText()).includes("mongo-pv"));
    },
  },

  "formats, and says why it doesn't": {
    async run({ page }) {
      await page.getByRole("combobox", { name: "Example" }).selectOption({ label: "An empty workspace" });
      await type(page, "# kept\nkind: Pod\nmetadata:\n     name: web # too\n");
      await more(page, "Format file");
      await until("it is formatted", async () => (await text(page)).includes("# kept\nkind: Pod\nmetadata:\n  name: web # too"));
      await type(page, "kind: [");
      // The offered kinds close first, as they would for a person who looks elsewhere.
      await until("it is read", async () => (await problems(page).innerText()).includes("line 1"));
      await page.keyboard.press("Escape");
      await more(page, "Format file");
      await until("the reason", async () => (await page.getByText("It can't be formatted while it can't be read").count()) === 1);
    },
  },

  "files are sorted, dropped in and downloaded": {
    async run({ page }) {
      await openFile(page, "secret.yaml");
      await more(page, "Move file left");
      await until("it is the first", async () => (await tabs(page))[0] === "secret.yaml");
      const [from, to] = [await page.getByRole("tab", { name: "secret.yaml" }).boundingBox(), await page.getByRole("tab", { name: "namespace.yaml" }).boundingBox()];
      await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
      await page.mouse.down();
      await page.mouse.move(to.x + to.width * 0.8, from.y + from.height / 2, { steps: 8 });
      await page.mouse.up();
      await until("it was dragged", async () => (await tabs(page)).join(" ").startsWith("namespace.yaml secret.yaml") || tabs(page));
      await page.getByRole("tab", { name: "secret.yaml", selected: true }).press("Alt+ArrowLeft");
      await until("it is the first again", async () => (await tabs(page))[0] === "secret.yaml");
      await drop(page, "new.yaml", "kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: dropped\n");
      await until("it is open", async () => (await page.getByRole("tab", { name: "new.yaml", selected: true }).count()) === 1 && (await text(page)).includes("name: dropped"));
      const one = await downloaded(page, () => more(page, "Download file"));
      assert.deepEqual([one.name, one.bytes.toString()], ["new.yaml", "kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: dropped\n"]);
      const zip = await downloaded(page, () => more(page, "Download all as .zip"));
      assert.equal(zip.bytes.subarray(0, 2).toString(), "PK");
      await page.getByRole("combobox", { name: "Example" }).selectOption({ label: "An empty workspace" });
      await drop(page, "manifests.zip", [...zip.bytes]);
      await until("all are back", async () => (await tabs(page)).join(" ").startsWith("manifest.yaml secret.yaml namespace.yaml") && (await tabs(page)).length === 10);
      const folder = await downloaded(page, () => more(page, "Take it to a real cluster (.zip)"));
      assert.equal(folder.name, "kubarium.zip");
      await drop(page, "picture.png", [0x89, 0x50, 0, 1]);
      await until("no text", async () => (await page.getByText("picture.png is no text.").count()) === 1);
    },
  },
};
