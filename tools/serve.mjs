// A small static server: `node tools/serve.mjs FOLDER PORT`. The browser tests use it too.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize, sep } from "node:path";
import { pathToFileURL } from "node:url";

const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".png": "image/png",
};

/** Serves `folder` under `prefix` on 127.0.0.1; port 0 takes any free one. Resolves to the server. */
export function serve(folder, port, prefix = "/") {
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    if (!path.startsWith(prefix)) return void response.writeHead(404).end("not found\n");
    const inside = normalize(path.slice(prefix.length) || "index.html");
    if (inside.startsWith("..") || inside.startsWith(sep)) return void response.writeHead(404).end("not found\n");
    try {
      const bytes = await readFile(join(folder, inside));
      // Names carry a hash of the contents, but for the page itself.
      const caching = inside === "index.html" ? "no-cache" : "max-age=31536000";
      response.writeHead(200, { "content-type": types[extname(inside)] ?? "application/octet-stream", "cache-control": caching });
      response.end(bytes);
    } catch {
      response.writeHead(404).end("not found\n");
    }
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [folder, port] = process.argv.slice(2);
  try {
    await serve(folder, Number(port));
  } catch (error) {
    console.error(error.code === "EADDRINUSE" ? `port ${port} is in use; choose another with PORT=` : error.message);
    process.exit(1);
  }
  console.log(`Kubarium is at http://127.0.0.1:${port}/ (Ctrl+C ends it)`);
}
