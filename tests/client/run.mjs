// A client library that people use, @kubernetes/client-node, against `kubarium serve`.
// Ends with `N passed, M failed`, as tools/test.mjs reads it.
import { spawn } from "node:child_process";
import { PassThrough, Readable } from "node:stream";
import assert from "node:assert/strict";
import * as k8s from "@kubernetes/client-node";

/** Starts the server on a free port; resolves to its URL. */
function start() {
  const server = spawn("cargo", ["run", "--quiet", "--", "serve", "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
  const url = new Promise((resolve, reject) => {
    server.on("error", reject);
    server.on("exit", (code) => reject(new Error(`the server ended with ${code}`)));
    server.stdout.on("data", (text) => {
      const found = String(text).match(/http:\/\/127\.0\.0\.1:\d+/);
      if (found) resolve(found[0]);
    });
  });
  return { server, url };
}

const NAMESPACE = "default";
const { server, url } = start();
const config = new k8s.KubeConfig();
config.loadFromOptions({
  clusters: [{ name: "kubarium", server: await url, skipTLSVerify: true }],
  users: [{ name: "admin" }],
  contexts: [{ name: "kubarium", cluster: "kubarium", user: "admin" }],
  currentContext: "kubarium",
});
const core = config.makeApiClient(k8s.CoreV1Api);
const apps = config.makeApiClient(k8s.AppsV1Api);
const as = (type) => k8s.setHeaderOptions("Content-Type", type);

/** The refusal that a request meets. */
async function refusal(request) {
  try {
    await request;
  } catch (error) {
    const body = typeof error.body === "string" ? JSON.parse(error.body) : error.body;
    return { code: error.code, reason: body.reason, message: body.message, causes: body.details?.causes };
  }
  assert.fail("it was not refused");
}

async function until(what, check) {
  for (let tries = 0; tries < 300; tries++) {
    const found = await check();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`${what}: it never came to that`);
}

const map = (name, data) => ({ metadata: { name, labels: { of: "test" } }, data });
const create = (body, more) => core.createNamespacedConfigMap({ namespace: NAMESPACE, body, ...more });
const read = (name) => core.readNamespacedConfigMap({ namespace: NAMESPACE, name });
const patch = (type, name, body, more) => core.patchNamespacedConfigMap({ namespace: NAMESPACE, name, body, ...more }, as(type));

const tests = {
  "the server says what it serves": async () => {
    assert.equal((await config.makeApiClient(k8s.VersionApi).getCode()).gitVersion, "v1.36.3");
    const groups = (await config.makeApiClient(k8s.ApisApi).getAPIVersions()).groups.map((group) => group.name);
    assert.ok(groups.includes("apps") && groups.includes("networking.k8s.io"));
    assert.ok((await apps.getAPIResources()).resources.some((resource) => resource.name === "deployments/scale"));
  },
  "an object is made, read, replaced and deleted": async () => {
    await create(map("life", { a: "1" }));
    const made = await read("life");
    made.data.a = "2";
    const replaced = await core.replaceNamespacedConfigMap({ namespace: NAMESPACE, name: "life", body: made });
    assert.notEqual(replaced.metadata.resourceVersion, made.metadata.resourceVersion);
    const outdated = await refusal(core.replaceNamespacedConfigMap({ namespace: NAMESPACE, name: "life", body: made }));
    assert.deepEqual([outdated.code, outdated.reason], [409, "Conflict"]);
    assert.equal((await core.deleteNamespacedConfigMap({ namespace: NAMESPACE, name: "life" })).status, "Success");
    assert.equal((await refusal(read("life"))).message, 'configmaps "life" not found');
  },
  "what is wrong is refused, and named": async () => {
    await create(map("twice"));
    assert.equal((await refusal(create(map("twice")))).reason, "AlreadyExists");
    const wrong = await refusal(create(map("Bad_Name")));
    assert.deepEqual([wrong.code, wrong.causes[0].field], [422, "metadata.name"]);
    const unknown = await refusal(create({ ...map("strict"), datum: 1 }, { fieldValidation: "Some" }));
    assert.equal(unknown.causes[0].field, "fieldValidation");
  },
  "a dry run stores nothing, and a generated name is one's own": async () => {
    await create(map("dry"), { dryRun: "All" });
    assert.equal((await refusal(read("dry"))).code, 404);
    const body = { metadata: { generateName: "some-", labels: { of: "test" } } };
    const names = [await create(body), await create(body)].map((made) => made.metadata.name);
    assert.ok(names[0].startsWith("some-") && names[0] !== names[1]);
  },
  "all kinds of patches": async () => {
    await create(map("patched", { a: "1", b: "2" }));
    await patch(k8s.PatchStrategy.JsonPatch, "patched", [{ op: "replace", path: "/data/a", value: "3" }]);
    await patch(k8s.PatchStrategy.MergePatch, "patched", { data: { b: null, c: "4" } });
    const patched = await patch(k8s.PatchStrategy.StrategicMergePatch, "patched", { metadata: { labels: { more: "yes" } } });
    assert.deepEqual([patched.data, patched.metadata.labels], [{ a: "3", c: "4" }, { of: "test", more: "yes" }]);
    const refused = await refusal(patch(k8s.PatchStrategy.JsonPatch, "patched", [{ op: "test", path: "/data/a", value: "no" }]));
    assert.equal(refused.code, 422);
  },
  "server-side apply tells of conflicts": async () => {
    const body = (value) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "applied", labels: { of: "test" } }, data: { a: value } });
    const apply = (fieldManager, value, force) => patch(k8s.PatchStrategy.ServerSideApply, "applied", body(value), { fieldManager, force });
    await apply("one", "1");
    const conflict = await refusal(apply("two", "2"));
    assert.deepEqual([conflict.code, conflict.causes[0].field], [409, ".data.a"]);
    assert.equal((await apply("two", "2", true)).data.a, "2");
    assert.equal((await refusal(patch(k8s.PatchStrategy.ServerSideApply, "applied", body("3")))).causes[0].field, "fieldManager");
  },
  "lists come in pages, chosen by labels and fields": async () => {
    for (const name of ["page-a", "page-b", "page-c"]) await create({ metadata: { name, labels: { page: "yes" } } });
    const first = await core.listNamespacedConfigMap({ namespace: NAMESPACE, labelSelector: "page=yes", limit: 2 });
    const second = await core.listNamespacedConfigMap({ namespace: NAMESPACE, labelSelector: "page=yes", limit: 2, _continue: first.metadata._continue });
    assert.deepEqual([...first.items, ...second.items].map((item) => item.metadata.name), ["page-a", "page-b", "page-c"]);
    const one = await core.listNamespacedConfigMap({ namespace: NAMESPACE, fieldSelector: "metadata.name=page-b" });
    assert.equal(one.items.length, 1);
    const then = first.metadata.resourceVersion;
    await core.deleteCollectionNamespacedConfigMap({ namespace: NAMESPACE, labelSelector: "page=yes" });
    const exact = { namespace: NAMESPACE, labelSelector: "page=yes", resourceVersion: then, resourceVersionMatch: "Exact" };
    assert.equal((await core.listNamespacedConfigMap(exact)).items.length, 3);
  },
  "a watch goes on from where a list ended, and an informer knows all": async () => {
    const { metadata } = await core.listNamespacedConfigMap({ namespace: NAMESPACE });
    const seen = [];
    const watch = new k8s.Watch(config);
    const options = { resourceVersion: metadata.resourceVersion, labelSelector: "watched=yes" };
    const controller = await watch.watch(`/api/v1/namespaces/${NAMESPACE}/configmaps`, options, (type) => seen.push(type), () => {});
    await create({ metadata: { name: "watched", labels: { watched: "yes" } } });
    await patch(k8s.PatchStrategy.MergePatch, "watched", { data: { a: "1" } });
    await core.deleteNamespacedConfigMap({ namespace: NAMESPACE, name: "watched" });
    await until("three events", () => seen.length >= 3);
    controller.abort();
    assert.deepEqual(seen, ["ADDED", "MODIFIED", "DELETED"]);
    const informer = k8s.makeInformer(config, `/api/v1/nodes`, () => core.listNode());
    await informer.start();
    await until("the nodes are known", () => informer.list().length === 3);
    await informer.stop();
  },
  "a Deployment runs, is scaled, and takes its pods along": async () => {
    const template = { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image: "nginx" }] } };
    const body = { metadata: { name: "web" }, spec: { replicas: 1, selector: { matchLabels: { app: "web" } }, template } };
    await apps.createNamespacedDeployment({ namespace: NAMESPACE, body });
    await apps.patchNamespacedDeploymentScale({ namespace: NAMESPACE, name: "web", body: { spec: { replicas: 2 } } }, as(k8s.PatchStrategy.MergePatch));
    assert.equal((await apps.readNamespacedDeploymentScale({ namespace: NAMESPACE, name: "web" })).spec.replicas, 2);
    const ready = async () => (await apps.readNamespacedDeployment({ namespace: NAMESPACE, name: "web" })).status?.readyReplicas === 2;
    await until("two replicas are ready", ready);
    await apps.deleteNamespacedDeployment({ namespace: NAMESPACE, name: "web", propagationPolicy: "Foreground" });
    const pods = async () => (await core.listNamespacedPod({ namespace: NAMESPACE, labelSelector: "app=web" })).items;
    await until("the pods are gone", async () => (await pods()).length === 0);
  },
  "logs are followed, and commands run in containers": async () => {
    const container = { name: "main", image: "busybox", command: ["sh", "-c", "echo one; sleep 1; echo two; sleep 3600"] };
    await core.createNamespacedPod({ namespace: NAMESPACE, body: { metadata: { name: "box" }, spec: { containers: [container] } } });
    const running = async () => (await core.readNamespacedPod({ namespace: NAMESPACE, name: "box" })).status?.phase === "Running";
    await until("the pod runs", running);
    await until("both lines are there", async () => (await core.readNamespacedPodLog({ namespace: NAMESPACE, name: "box" })) === "one\ntwo\n");
    const run = (command, stdin) =>
      new Promise((resolve, reject) => {
        const said = new PassThrough();
        const chunks = [];
        said.on("data", (chunk) => chunks.push(chunk));
        const ended = (status) => setTimeout(() => resolve({ status, text: chunks.join("") }), 50);
        new k8s.Exec(config).exec(NAMESPACE, "box", "main", command, said, said, stdin, false, ended).catch(reject);
      });
    const good = await run(["sh", "-c", "echo hello"], null);
    assert.deepEqual([good.status.status, good.text], ["Success", "hello\n"]);
    const bad = await run(["sh", "-c", "exit 3"], null);
    assert.equal(bad.status.details.causes[0].message, "3");
    assert.equal((await run(["cat"], Readable.from(["from here"]))).text, "from here");
  },
};

let [passed, failed] = [0, 0];
for (const [name, test] of Object.entries(tests)) {
  try {
    await test();
    passed += 1;
    console.log(`ok      ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n${error.stack}`);
  }
}
server.removeAllListeners("exit");
server.kill();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
