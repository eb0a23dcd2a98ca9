// The diagram: from far and from near, filtered, traced, asked, saved.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { apply, diagram, inspector, kubectl, speed, until, untilPods } from "../steps.mjs";

const pod = (page) => diagram(page).getByRole("button", { name: /^Pod default\/mongodb-/ });
const width = async (page) => (await pod(page).boundingBox()).width;

async function running(page) {
  await speed(page, "20×");
  await apply(page);
  await untilPods(page, "mongodb-", 1, "Running");
  await untilPods(page, "mongo-express-", 2, "Running");
}

async function saved(page, name) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name }).click()]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

export default {
  "is enlarged, moved and fitted": {
    async run({ page }) {
      await running(page);
      const before = await width(page);
      await page.getByRole("button", { name: "Zoom in" }).click();
      await until("it is larger", async () => (await width(page)) > before * 1.3);
      const { x, y } = await pod(page).boundingBox();
      const frame = await diagram(page).locator(".frame").boundingBox();
      await page.mouse.move(frame.x + 300, frame.y + 300);
      await page.mouse.down();
      await page.mouse.move(frame.x + 260, frame.y + 280, { steps: 4 });
      await page.mouse.up();
      await until("it has moved", async () => {
        const now = await pod(page).boundingBox();
        return now.x < x && now.y < y;
      });
      assert.equal(await inspector(page).getByRole("heading", { level: 2 }).count(), 0, "a drag selects nothing");
      await page.getByRole("button", { name: "Fit", exact: true }).click();
      await until("it is as large as before, or smaller", async () => (await width(page)) <= before);
      await pod(page).focus();
      await page.keyboard.press("+");
      await until("a key enlarges it", async () => (await width(page)) > before * 0.9);
    },
  },

  "what is inside of something is selected by pointing at it, in both views": {
    async run({ page }) {
      await running(page);
      for (const view of ["Application", "Machines"]) {
        await page.getByRole("radio", { name: view }).check({ force: true });
        await page.waitForTimeout(900);
        await pod(page).click();
        await until("the pod", async () => /^mongodb-\w+-\w+$/.test(await inspector(page).getByRole("heading", { level: 2 }).innerText()));
        await page.getByRole("button", { name: /^Deployment default\/mongo-express, / }).press("Enter");
      }
    },
  },

  "shows what has a label, is of a kind, or has a name": {
    async run({ page }) {
      await running(page);
      const names = () => diagram(page).getByRole("button", { name: /^(?!Node )\w+ .*, / }).evaluateAll((all) => all.map((each) => each.getAttribute("aria-label").split(",")[0]).sort());
      await diagram(page).getByRole("searchbox", { name: "Filter" }).fill("app=mongodb");
      await until("only what is of mongodb", async () => {
        const found = await names();
        return (found.length === 3 && found.every((name) => /^(Pod|Deployment|Service) default\/mongodb/.test(name))) || found;
      });
      await diagram(page).getByRole("combobox", { name: "Kind" }).selectOption("Service");
      await until("only the Service", async () => (await names()).join() === "Service default/mongodb-service");
      await diagram(page).getByRole("searchbox", { name: "Filter" }).fill("");
      await until("both Services", async () => (await names()).length === 2);
    },
  },

  "shows the way of a request and says what came of it": {
    async run({ page }) {
      await running(page);
      await diagram(page).getByRole("button", { name: /^Ingress default\/mongo-express, at / }).press("Enter");
      await inspector(page).getByRole("button", { name: "Send a request" }).click();
      const said = diagram(page).getByRole("status", { name: "Request" });
      await until("an answer", async () => /GET mongo\.local\/ → mongo-express-service:8081 → mongo-express-\S+ answered 200 in \d+ ms/.test(await said.innerText()) || said.innerText());
      await kubectl(page, "kubectl scale deployment mongo-express --replicas=0");
      await untilPods(page, "mongo-express-", 0, "");
      await diagram(page).getByRole("button", { name: /^Service default\/mongo-express-service, / }).press("Enter");
      await inspector(page).getByRole("button", { name: "Send a request" }).click();
      await until("it is lost", async () => (await said.innerText()).includes("has no ready endpoint"));
    },
  },

  "is saved as files of their own": {
    async run({ page }) {
      await running(page);
      const svg = await saved(page, "Save as SVG");
      assert.equal(svg.name, "kubarium-machines.svg");
      const text = svg.bytes.toString();
      assert.match(text, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^]*worker-1<\/text>[^]*<\/svg>$/);
      assert.doesNotMatch(text.replace("http://www.w3.org/2000/svg", ""), /https?:|url\(|var\(|href/);
      const png = await saved(page, "Save as PNG");
      assert.equal(png.name, "kubarium-machines.png");
      assert.deepEqual([...png.bytes.subarray(1, 4)], [...Buffer.from("PNG")]);
      assert.ok(png.bytes.length > 10_000);
    },
  },
};
