// What a person does on the page, through the names that a screen reader says.
import assert from "node:assert/strict";

export const editor = (page) => page.getByRole("textbox", { name: "Manifest editor" });
export const diagram = (page) => page.getByRole("region", { name: "Cluster diagram" });
export const inspector = (page) => page.getByRole("region", { name: "Inspector" });
export const output = (page) => page.getByRole("log", { name: "Terminal output" });
export const result = (page) => page.getByRole("status", { name: "Apply result" });
export const problems = (page) => page.getByRole("list", { name: "Problems" });

/** Waits until `look()` is true of the page; says what was there when it never is. */
export async function until(what, look, timeout = 20_000) {
  const deadline = Date.now() + timeout;
  let last;
  do {
    try {
      last = await look();
      if (last === true) return;
    } catch (error) {
      last = error.message;
    }
    await new Promise((resolve) => setTimeout(resolve, 60));
  } while (Date.now() < deadline);
  assert.fail(`never: ${what} (last seen: ${JSON.stringify(last)?.slice(0, 1500)})`);
}

export const speed = (page, label) => page.getByRole("combobox", { name: "Speed" }).selectOption(label);
export const openFile = (page, name) => page.getByRole("tab", { name }).click();

/** Applies and waits for kubectl's last word. */
export async function apply(page) {
  await page.getByRole("button", { name: "Apply", exact: true }).click();
  await until("an outcome", async () => /created|configured|unchanged|error|Error|invalid/.test(await result(page).innerText()));
  return result(page).innerText();
}

/** The names of all pods in the diagram whose names begin so, with their states. */
export async function pods(page, prefix) {
  const names = await diagram(page).getByRole("button", { name: new RegExp(`^Pod [\\w-]+/${prefix}`) }).evaluateAll((all) => all.map((each) => each.getAttribute("aria-label")));
  // By name: in the document they stand in the order in which they came.
  return names.sort().map((name) => ({ name: name.split(", ")[0].split("/")[1], state: name.slice(name.indexOf(", ") + 2) }));
}

/** Waits until exactly `count` pods of that name are in that state, and there are no others. */
export const untilPods = (page, prefix, count, state, timeout) =>
  until(`${count} pods ${prefix} ${state}`, async () => {
    const found = await pods(page, prefix);
    return (found.length === count && found.every((pod) => pod.state === state)) || found;
  }, timeout);

/** Types a command and waits until the terminal takes the next one; what it wrote comes back. */
export async function kubectl(page, line) {
  const before = (await output(page).innerText()).length;
  const input = page.getByRole("textbox", { name: "Command line" });
  await input.fill(line);
  await input.press("Enter");
  await until(`${line} ends`, async () => (await page.getByRole("button", { name: "Stop (Ctrl+C)" }).count()) === 0, 60_000);
  return (await output(page).innerText()).slice(before);
}

/** Replaces words in the open file, as a person would who knows the editor's search. */
export async function replaceInEditor(page, from, to) {
  await editor(page).click();
  await page.keyboard.press("Control+f");
  await page.locator(".cm-search input[name=search]").fill(from);
  await page.locator(".cm-search input[name=replace]").fill(to);
  await page.locator(".cm-search button[name=replace]").click();
  await page.locator(".cm-search button[name=replace]").click();
  await page.locator(".cm-search button[name=close]").click();
}

/** Puts a text into the open file instead of what is there. */
export async function type(page, text) {
  await editor(page).click();
  await page.keyboard.press("Control+a");
  // Firefox would leave the first of the lines that are replaced.
  await page.keyboard.press("Delete");
  await page.keyboard.insertText(text);
}
