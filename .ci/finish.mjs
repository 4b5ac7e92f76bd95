// Trunk's last hook: finishes what Trunk has put together, before it becomes dist/.
//
// The worker and the editor get a hash in their names as the app has, so that a page never meets the worker of another
// build out of a cache. Then the hashes of the page's own scripts go into its security policy: no other script runs.

import { createHash } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const dist = process.env.TRUNK_STAGING_DIR;
if (!dist) throw new Error("TRUNK_STAGING_DIR is not set: this script is a hook of Trunk");

const page = join(dist, "index.html");
let html = readFileSync(page, "utf8");

const worker = hashOf("worker.js", "worker_bg.wasm");
rename("worker_bg.wasm", `worker-${worker}_bg.wasm`);
rename("worker.js", `worker-${worker}.js`);
edit(`worker-${worker}.js`, "worker_bg.wasm", `worker-${worker}_bg.wasm`);
html = replaced(html, '"./worker.js"', `"./worker-${worker}.js"`);

// The worker of the documentation's page on conformance stands beside that page.
const cases = hashOf("conformance.js", "conformance_bg.wasm");
rename("conformance_bg.wasm", `docs/conformance-${cases}_bg.wasm`);
rename("conformance.js", `docs/conformance-${cases}.js`);
edit(`docs/conformance-${cases}.js`, "conformance_bg.wasm", `conformance-${cases}_bg.wasm`);
edit("docs/conformance-worker.js", "./conformance.js", `./conformance-${cases}.js`);

const editor = hashOf("editor.js");
rename("editor.js", `editor-${editor}.js`);
html = replaced(html, '"./editor.js"', `"./editor-${editor}.js"`);

const scripts = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)];
const hashes = scripts.map(([, text]) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`);
// `trunk serve` adds a script that reloads the page, and changes it once more with each answer: no hash can name it.
const served = html.includes("__TRUNK_WS_BASE__");
html = replaced(html, "script-src 'self'", `script-src 'self' ${served ? "'unsafe-inline'" : hashes.join(" ")}`);
writeFileSync(page, html);

function hashOf(...names) {
  const hash = createHash("sha256");
  for (const name of names) hash.update(readFileSync(join(dist, name)));
  return hash.digest("hex").slice(0, 16);
}

function rename(from, to) {
  renameSync(join(dist, from), join(dist, to));
}

function edit(name, from, to) {
  const file = join(dist, name);
  writeFileSync(file, replaced(readFileSync(file, "utf8"), from, to));
}

function replaced(text, from, to) {
  if (!text.includes(from)) throw new Error(`${from} is not there any more: .ci/finish.mjs must follow`);
  return text.replaceAll(from, () => to);
}
