// Prints what a visitor downloads: each file of dist/, and the sums of what the first run and the whole page need.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const dist = process.argv[2] ?? "dist";
const compressed = /\.(wasm|js|css|html|svg|json|txt)$/;

const rows = readdirSync(dist, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
  .sort()
  .map((path) => ({ name: path.slice(dist.length + 1), ...sizes(readFileSync(path), compressed.test(path)) }));

// Before the first run is on the screen come the page, the app and the worker; the editor follows.
const first = rows.filter(({ name }) => /^(index\.html|app-.*|worker-.*|[^/]*\.css|[^/]*\.svg)$/.test(name));

print({ name: "file", raw: "raw", gzip: "gzip -9", brotli: "brotli" });
for (const row of rows) print(row);
print({ name: "first load: all", ...sum(first) });
print({ name: "first load: wasm", ...sum(first.filter(({ name }) => name.endsWith(".wasm"))) });
print({ name: "first load: js", ...sum(first.filter(({ name }) => name.endsWith(".js"))) });
print({ name: "with the editor", ...sum([...first, ...rows.filter(({ name }) => name.startsWith("editor-"))]) });

function sizes(bytes, worthIt) {
  if (!worthIt) return { raw: bytes.length, gzip: bytes.length, brotli: bytes.length };
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return { raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotliCompressSync(bytes, { params }).length };
}

function sum(list) {
  const total = (key) => list.reduce((so_far, row) => so_far + row[key], 0);
  return { raw: total("raw"), gzip: total("gzip"), brotli: total("brotli") };
}

function print({ name, raw, gzip, brotli }) {
  const cell = (value) => value.toLocaleString("en").padStart(12);
  console.log(`${name.padEnd(40)}${cell(raw)}${cell(gzip)}${cell(brotli)}`);
}
