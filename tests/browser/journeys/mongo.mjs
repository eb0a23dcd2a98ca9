// The main job: the mongo application, from its files to a cluster that heals itself.
import assert from "node:assert/strict";
import { apply, diagram, inspector, kubectl, openFile, pods, problems, replaceInEditor, result, speed, until, untilPods } from "../steps.mjs";

async function running(page) {
  await speed(page, "20×");
  await apply(page);
  await untilPods(page, "mongodb-", 1, "Running");
  await untilPods(page, "mongo-express-", 2, "Running");
}

export default {
  "opens with the tutorial's files": {
    async run({ page }) {
      const tabs = await page.getByRole("tablist", { name: "Files" }).getByRole("tab").allInnerTexts();
      assert.deepEqual(tabs, ["namespace.yaml", "secret.yaml", "configmap.yaml", "mongo.yaml", "mongo-express.yaml", "ingress.yaml", "storage.yaml", "archive.yaml"]);
      await openFile(page, "secret.yaml");
      await until("base64 in the editor", async () => (await page.getByRole("textbox", { name: "Manifest editor" }).innerText()).includes("mongo-root-password:"));
      await until("three machines", async () => (await diagram(page).getByRole("button", { name: /^Node worker-\d, Ready$/ }).count()) === 3);
    },
  },

  "is applied and runs": {
    async run({ page }) {
      await running(page);
      const words = await result(page).innerText();
      assert.match(words, /secret\/mongodb-secret created/);
      assert.match(words, /persistentvolumeclaim\/mongo-pvc created/);
      await until("the volume is bound", async () => (await diagram(page).getByRole("button", { name: "PersistentVolume mongo-pv, Bound" }).count()) === 1);
      await until("the service has its pods", async () => (await diagram(page).getByRole("button", { name: "Service default/mongo-express-service, 2 of 2 ready" }).count()) === 1);
      const table = await kubectl(page, "kubectl get pods");
      assert.match(table, /NAME\s+READY\s+STATUS\s+RESTARTS\s+AGE/);
      assert.equal(table.match(/mongo-express-\S+\s+1\/1\s+Running/g)?.length, 2, table);
    },
  },

  "a deleted pod is replaced": {
    async run({ page }) {
      await running(page);
      const [{ name }] = await pods(page, "mongodb-");
      assert.match(await kubectl(page, `kubectl delete pod ${name}`), /deleted from default namespace/);
      await until("another one runs", async () => {
        const found = await pods(page, "mongodb-");
        return (found.length === 1 && found[0].name !== name && found[0].state === "Running") || found;
      });
    },
  },

  "scales in the editor": {
    async run({ page }) {
      await running(page);
      await openFile(page, "mongo-express.yaml");
      await replaceInEditor(page, "replicas: 2", "replicas: 4");
      assert.match(await apply(page), /deployment.apps\/mongo-express configured/);
      await untilPods(page, "mongo-express-", 4, "Running");
      assert.match(await kubectl(page, "kubectl scale deployment mongo-express --replicas=1"), /deployment.apps\/mongo-express scaled/);
      await untilPods(page, "mongo-express-", 1, "Running");
    },
  },

  "a misspelt field is marked and refused": {
    async run({ page }) {
      await openFile(page, "mongo.yaml");
      await replaceInEditor(page, "replicas: 1", "replica: 1");
      await until("a problem", async () => (await problems(page).innerText()).includes('unknown field "spec.replica"'));
      await until("a squiggle", async () => (await page.locator(".cm-lintRange-error").allInnerTexts()).includes("replica"));
      assert.match(await apply(page), /strict decoding error: unknown field "spec\.replica"/);
      assert.equal(await result(page).evaluate((element) => element.classList.contains("refused")), true);
    },
  },

  "a wrong key of the Secret stops the pod, the right one heals it": {
    async run({ page }) {
      await speed(page, "20×");
      await openFile(page, "mongo.yaml");
      await replaceInEditor(page, "key: mongo-root-password", "key: mongo-root-pasword");
      await apply(page);
      await untilPods(page, "mongodb-", 1, "CreateContainerConfigError");
      await diagram(page).getByRole("button", { name: /^Pod default\/mongodb-/ }).press("Enter");
      await until("the reason", async () => (await inspector(page).innerText()).includes("mongo-root-pasword"));
      await until("the advice", async () => (await inspector(page).innerText()).includes("Did you mean mongo-root-password?"));
      await replaceInEditor(page, "key: mongo-root-pasword", "key: mongo-root-password");
      await apply(page);
      await untilPods(page, "mongodb-", 1, "Running");
    },
  },

  "says why a pod is where it is": {
    async run({ page }) {
      await running(page);
      await diagram(page).getByRole("button", { name: /^Pod default\/mongodb-/ }).press("Enter");
      await until("the chain of causes", async () => {
        const text = await inspector(page).innerText();
        return (["You made Deployment mongodb", "Deployment controller made ReplicaSet", "ReplicaSet controller made this Pod", "Scheduler bound it to worker-"].every((step) => text.includes(step))) || text;
      });
    },
  },
};
