// The browser that the end-to-end tests drive, and the page as it is served.
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { serve } from "../../tools/serve.mjs";

export const ARTEFACTS = "tests/browser/artefacts";
mkdirSync(ARTEFACTS, { recursive: true });

const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** Starts Chromium with an empty profile. */
export function launch() {
  const profile = mkdtempSync(join(tmpdir(), "kubarium-test-"));
  return chromium.launch({ executablePath: "/usr/bin/chromium", headless: true, args: ARGUMENTS, env: { ...process.env, HOME: profile } });
}

/** Serves dist/ below a path of its own, as a project's page on a static host is. */
export async function site() {
  const prefix = "/somewhere/below/";
  const server = await serve(process.env.DIST ?? "dist", 0, prefix);
  return { url: `http://127.0.0.1:${server.address().port}${prefix}`, close: () => server.close() };
}

/** A page that is ready, and what went wrong in it and left its origin. */
export async function open(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const troubles = [];
  page.on("pageerror", (error) => troubles.push(String(error)));
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && troubles.push(message.text()));
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith("http") && origin !== new URL(url).origin) troubles.push(`asked another origin: ${request.url()}`);
  });
  await page.goto(url);
  await page.waitForFunction(() => performance.getEntriesByName("kubarium-ready").length > 0, null, { timeout: 60_000 });
  return { page, context, troubles };
}
