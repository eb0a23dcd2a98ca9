// Ten journeys of a newcomer. At every stop the page is looked at in light and dark: a picture of each is kept, and axe finds nothing.
import assert from "node:assert/strict";
import { look } from "../look.mjs";
import { apply, diagram, inspector, kubectl, pods, speed, type, until, untilPods } from "../steps.mjs";

const clock = (page) => page.getByRole("timer").innerText();
const part = (page, name) => inspector(page).getByRole("tab", { name });
const action = (page, name) => inspector(page).getByRole("button", { name, exact: true });

/** One file with this text, applied to a new cluster. */
async function begin(page, text, times = "20×") {
  await page.getByRole("combobox", { name: "Example" }).selectOption({ label: "A Deployment heals itself" });
  await type(page, text);
  await speed(page, times);
  await apply(page);
}

const select = (page, name) => diagram(page).getByRole("button", { name }).first().press("Enter");
const says = (page, words) => until(`the inspector says ${words}`, async () => (await inspector(page).innerText()).includes(words) || (await inspector(page).innerText()));

const deployment = (container, more = "") => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: main
${container.replace(/^/gm, "          ")}
${more}`;

const service = (selector) => `---
apiVersion: v1
kind: Service
metadata:
  name: front
spec:
  selector:
    app: ${selector}
  ports:
    - port: 80
`;

const journeys = {
  "1 reads what a running pod is, writes and has been told": async (page) => {
    await begin(page, deployment("image: nginx:1.27"));
    await untilPods(page, "web-", 2, "Running");
    await select(page, /^Pod default\/web-/);
    await says(page, "Why it is here");
    await look(page, "running-summary");
    await part(page, /^Events/).click();
    await says(page, "Created");
    await look(page, "running-events");
    await part(page, "Logs").click();
    await until("a log", async () => (await inspector(page).locator("pre").innerText()).length > 20);
    await look(page, "running-logs");
    await part(page, "YAML").click();
    await until("yaml", async () => (await inspector(page).locator("pre").first().innerText()).includes("kind: Pod"));
    assert.equal((await inspector(page).locator("pre").first().innerText()).includes("managedFields"), false);
    await look(page, "running-yaml");
  },

  "2 is led to the line with the wrong key": async (page) => {
    const container = "image: nginx:1.27\nenv:\n  - name: PASSWORD\n    valueFrom:\n      secretKeyRef:\n        name: store\n        key: pasword";
    await begin(page, deployment(container, "---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: store\nstringData:\n  password: secret\n"));
    await untilPods(page, "web-", 2, "CreateContainerConfigError");
    await select(page, /^Pod default\/web-/);
    await says(page, "Did you mean password?");
    await look(page, "wrong-key");
    await inspector(page).getByRole("button", { name: /^Correct line 23 of / }).click();
    await until("the cursor is in that line", async () => (await page.locator(".cm-activeLine").innerText()).includes("key: pasword"));
    await page.keyboard.press("End");
    for (let letter = 0; letter < 7; letter += 1) await page.keyboard.press("Backspace");
    await page.keyboard.insertText("password");
    await apply(page);
    await untilPods(page, "web-", 2, "Running");
  },

  "3 undoes a rollout that went wrong": async (page) => {
    await begin(page, deployment("image: nginx:1.27"));
    await untilPods(page, "web-", 2, "Running");
    await kubectl(page, "kubectl set image deployment/web main=nginx:missing");
    await select(page, /^Deployment default\/web/);
    await says(page, "can't be pulled");
    await look(page, "rollout-stuck");
    await action(page, "Undo the rollout").click();
    await until("the terminal shows it", async () => (await page.getByRole("log", { name: "Terminal output" }).innerText()).includes("deployment.apps/web rolled back"));
    await untilPods(page, "web-", 2, "Running");
  },

  "4 finds out why a container ends again and again": async (page) => {
    await begin(page, deployment("image: busybox:1.36\ncommand: [sh, -c, 'echo no database; exit 3']"));
    await untilPods(page, "web-", 2, "CrashLoopBackOff");
    await select(page, /^Pod default\/web-/);
    await says(page, "with exit code 3");
    await look(page, "crash-loop");
    await inspector(page).getByRole("button", { name: /^kubectl logs web-/ }).click();
    await until("the log in the terminal", async () => (await page.getByRole("log", { name: "Terminal output" }).innerText()).includes("no database"));
    await part(page, "Logs").click();
    await page.getByRole("checkbox", { name: "of the run before" }).check();
    await until("the log of the run before", async () => (await inspector(page).locator("pre").innerText()).includes("no database"));
    await look(page, "crash-loop-log");
  },

  "5 sees why no node takes a pod": async (page) => {
    await begin(page, deployment("image: nginx:1.27\nresources:\n  requests:\n    cpu: '16'"));
    await untilPods(page, "web-", 2, "Pending");
    await select(page, /^Pod default\/web-/);
    await says(page, "Why no node can take it");
    for (const node of ["worker-1", "worker-2", "worker-3"]) await says(page, `✗ ${node}`);
    await look(page, "pending");
  },

  "6 mends a Service that selects nothing": async (page) => {
    await begin(page, deployment("image: nginx:1.27", service("wep")));
    await untilPods(page, "web-", 2, "Running");
    await select(page, /^Service default\/front/);
    await says(page, "Pods here have app=web. Did you mean that?");
    await look(page, "service-selects-nothing");
    await inspector(page).getByRole("button", { name: /^Correct line / }).click();
    await kubectl(page, `kubectl patch service front -p '{"spec":{"selector":{"app":"web"}}}'`);
    await until("it has its pods", async () => (await diagram(page).getByRole("button", { name: "Service default/front, 2 of 2 ready" }).count()) === 1);
  },

  "7 loses a machine and gets it back": async (page) => {
    await begin(page, deployment("image: nginx:1.27"), "100×");
    await untilPods(page, "web-", 2, "Running");
    await select(page, "Node worker-1, Ready");
    await action(page, "Stop the machine").click();
    await says(page, "By your doing node worker-1 is stopped.");
    await until("it is not ready", async () => (await diagram(page).getByRole("button", { name: /^Node worker-1, NotReady/ }).count()) === 1, 40_000);
    await look(page, "node-lost");
    await inspector(page).getByRole("button", { name: "fault start worker-1" }).click();
    await until("it is ready", async () => (await diagram(page).getByRole("button", { name: "Node worker-1, Ready" }).count()) === 1, 40_000);
  },

  "8 puts a load on a Deployment and sees it grow": async (page) => {
    const hpa = "---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata:\n  name: web\nspec:\n  minReplicas: 2\n  maxReplicas: 6\n  scaleTargetRef:\n    apiVersion: apps/v1\n    kind: Deployment\n    name: web\n  metrics:\n    - type: Resource\n      resource:\n        name: cpu\n        target:\n          type: Utilization\n          averageUtilization: 50\n";
    await begin(page, deployment("image: nginx:1.27\nresources:\n  requests:\n    cpu: 200m", hpa));
    await untilPods(page, "web-", 2, "Running");
    await select(page, /^Deployment default\/web/);
    await action(page, "Set the load").click();
    await page.getByRole("textbox", { name: "CPU that its pods use together" }).fill("500m");
    await look(page, "load-asked");
    await action(page, "Run").click();
    await until("there are more pods", async () => (await pods(page, "web-")).length >= 5, 40_000);
    await look(page, "load-grown");
  },

  "9 goes back, and undoes a command": async (page) => {
    await begin(page, deployment("image: nginx:1.27"));
    await untilPods(page, "web-", 2, "Running");
    await kubectl(page, "kubectl delete deployment web");
    await untilPods(page, "web-", 0, "");
    await page.getByRole("slider", { name: "History" }).focus();
    await page.keyboard.press("PageUp");
    await until("the past", async () => (await page.getByText("You are looking at the past.").count()) === 1);
    await look(page, "past");
    await page.getByRole("button", { name: "Back to now" }).click();
    await page.getByRole("button", { name: "Undo", exact: true }).click();
    await untilPods(page, "web-", 2, "Running");
    await look(page, "undone");
  },

  "10 does all of it by keyboard": async (page) => {
    await begin(page, deployment("image: nginx:1.27"));
    await untilPods(page, "web-", 2, "Running");
    await diagram(page).getByRole("button", { name: "Node worker-1, Ready" }).focus();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys and settings" }).waitFor();
    await look(page, "keys");
    await page.getByRole("checkbox", { name: "Larger type, for a projector" }).check();
    await page.keyboard.press("Escape");
    await look(page, "projector");
    await diagram(page).getByRole("button", { name: "Node worker-1, Ready" }).focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("n");
    const paused = page.getByRole("button", { name: "Play" });
    if ((await paused.count()) === 0) await page.keyboard.press("Space");
    await page.keyboard.press(".");
    const at = await clock(page);
    await page.waitForTimeout(300);
    assert.equal(await clock(page), at);
    await page.keyboard.press("t");
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("aria-label")), "Command line");
  },
};

export default Object.fromEntries(Object.entries(journeys).map(([name, run]) => [name, { run: ({ page }) => run(page) }]));
