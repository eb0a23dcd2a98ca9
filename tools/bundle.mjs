// Before the build: the editor and the styles, each bundled into one file.
// Run by Trunk (see Trunk.toml), which says in TRUNK_STAGING_DIR where they go.
import { build } from "esbuild";

const staging = process.env.TRUNK_STAGING_DIR;
if (!staging) {
  console.error("tools/bundle.mjs is run by Trunk; use `make build`");
  process.exit(1);
}

const common = { bundle: true, minify: true, logLevel: "warning", target: ["chrome111", "firefox115", "safari16.4"] };

// A plain script, not a module: it is there before the page's own module starts, without a second round trip.
await build({ ...common, entryPoints: ["src/web/editor/glue.js"], format: "iife", globalName: "KubariumEditor", outfile: `${staging}/editor.js` });
await build({ ...common, entryPoints: ["styles/main.css"], outfile: `${staging}/page.css` });
