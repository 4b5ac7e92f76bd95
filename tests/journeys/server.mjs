// A static host, as plain as they come: files of a folder under a path, nothing else.

import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".json": "application/json",
  ".txt": "text/plain; charset=utf-8",
};

/** Serves `folder` on loopback under `path`. Into `pages` a journey may put further pages of the host: address to HTML. */
export async function serve(folder, path) {
  const pages = {};
  const server = createServer((request, response) => {
    const address = new URL(request.url, "http://localhost").pathname;
    if (address in pages) {
      response.writeHead(200, { "content-type": TYPES[".html"] }).end(pages[address]);
      return;
    }
    const inside = normalize(decodeURIComponent(address));
    const file = inside.startsWith(path) ? join(folder, inside.slice(path.length) || "index.html") : null;
    if (!file || !statSync(file, { throwIfNoEntry: false })?.isFile()) {
      response.writeHead(404).end();
      return;
    }
    // As public hosts do: without the last of these, a sandboxed frame could not load its own scripts.
    const headers = { "content-type": TYPES[extname(file)] ?? "application/octet-stream", "access-control-allow-origin": "*" };
    response.writeHead(200, headers);
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;
  return { origin, url: origin + path, pages, close: () => server.close() };
}
