// Firefox ESR, as Debian has it, through playwright's channel for WebDriver BiDi.
import { createRequire } from "node:module";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { firefox } from "playwright-core";

const { ws } = createRequire(import.meta.url)("playwright-core/lib/utilsBundle");

export const FIREFOX = "/usr/bin/firefox-esr";

/** Playwright sets the colour scheme of every page; this Firefox can't, so it is told that this was done. */
const UNKNOWN = "emulation.setMediaFeaturesOverride";
const { send } = ws.prototype;
ws.prototype.send = function (text, ...rest) {
  const { id, method } = JSON.parse(text);
  if (method !== UNKNOWN) return send.call(this, text, ...rest);
  setImmediate(() => this.emit("message", Buffer.from(JSON.stringify({ type: "success", id, result: {} })), false));
};

/** Starts it with an empty profile. */
export function launchFirefox() {
  const home = mkdtempSync(join(tmpdir(), "kubarium-test-"));
  return firefox.launch({ channel: "moz-firefox", executablePath: FIREFOX, headless: true, env: { ...process.env, HOME: home } });
}
