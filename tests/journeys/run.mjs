// Drives dist/ in a real Chromium, a journey at a time: node tests/journeys/run.mjs [NAME...]
//
// A journey is a file NAME.journey.mjs that exports `journey`, an async function given { page, url, shot, … } (`run` lists
// them). It fails if it throws, and also if the page says anything in the console, asks another host for anything, or
// misses a file.

import { mkdirSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { serve } from "./server.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = join(here, "../..");
const { chromium } = createRequire(join(root, "www/editor/package.json"))("playwright-core");

const DESKTOP = { width: 1280, height: 800 };
// Generous: a busy machine is no failure. What must be fast is measured elsewhere.
const PATIENCE_MS = 60_000;
// Not everything that a journey awaits has a limit of its own; one that hangs must not take the others with it.
const JOURNEY_MS = 600_000;
const QUIET = [
  "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-sync",
  "--disable-background-networking", "--disable-component-update", "--disable-default-apps",
];

const pictures = join(root, "target/journeys");
mkdirSync(pictures, { recursive: true });

const wanted = process.argv.slice(2);
const files = readdirSync(here)
  .filter((file) => file.endsWith(".journey.mjs"))
  .filter((file) => wanted.length === 0 || wanted.some((name) => file.includes(name)))
  .sort();

const site = await serve(join(root, "dist"), "/some/sub/path/");
const browser = await chromium.launch({ executablePath: process.env.CHROME, args: QUIET, timeout: PATIENCE_MS });
let passed = 0;
let failed = 0;
for (const file of files) {
  const name = file.replace(".journey.mjs", "");
  const begun = Date.now();
  const complaints = await run(name, file);
  const seconds = ((Date.now() - begun) / 1000).toFixed(1);
  if (complaints.length === 0) passed++;
  else failed++;
  console.log(`${complaints.length === 0 ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
  for (const complaint of complaints) console.log(`       ${complaint.replaceAll("\n", "\n       ")}`);
}
await browser.close();
site.close();
console.log(`${passed} passed, ${failed} failed`);
// Not process.exit: what is still to be printed would be cut off.
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

/** Carries out one journey in a browser profile of its own; returns what was wrong. */
async function run(name, file) {
  const complaints = [];
  const context = await browser.newContext({ viewport: DESKTOP, reducedMotion: "reduce" });
  context.setDefaultTimeout(PATIENCE_MS);
  context.on("page", (page) => watch(page, complaints));
  const page = await context.newPage();
  const shot = async (label, options) => {
    const path = join(pictures, label ? `${name}-${label}.png` : `${name}.png`);
    await page.screenshot({ path, ...options });
    return path;
  };
  try {
    const { journey } = await import(pathToFileURL(join(here, file)));
    await within(JOURNEY_MS, journey({ page, context, site, url: site.url, shot, expected: (text) => forgive(complaints, text) }));
  } catch (error) {
    complaints.unshift(error.stack ?? String(error));
    await shot("failed").catch(() => {});
  }
  await context.close();
  return complaints;
}

async function within(limit, work) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${limit / 60_000} minutes`)), limit);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Notes whatever a flawless page never does. */
function watch(page, complaints) {
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(`console ${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`uncaught: ${error.stack ?? error}`));
  page.on("response", (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} for ${response.url()}`);
  });
  page.on("requestfailed", (request) => {
    const reason = request.failure()?.errorText;
    // The page itself drops what it no longer needs when it is left.
    if (reason !== "net::ERR_ABORTED") complaints.push(`${request.url()} failed: ${reason}`);
  });
  page.on("request", (request) => {
    const address = request.url();
    if (!address.startsWith(site.origin) && !/^(data|blob|about):/.test(address)) complaints.push(`asked another host: ${address}`);
  });
}

/** For a journey that provokes a failure: takes back the complaints that contain `text`, and demands that there was one. */
function forgive(complaints, text) {
  const rest = complaints.filter((complaint) => !complaint.includes(text));
  if (rest.length === complaints.length) throw new Error(`expected a complaint with "${text}"`);
  complaints.splice(0, complaints.length, ...rest);
}
