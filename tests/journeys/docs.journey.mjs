// The documentation: from the playground into it and back, readable without scripts and on a phone; its page on
// conformance runs the recorded cases on the wasm broker and counts what the native one counts.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { open, prints } from "./hands.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const PAGES = ["index", "tour", "language", "editor", "conformance", "hosting"];

/** How many cases of a folder pass and fail on the native broker. The test profile is the one that is built already. */
function natively(version) {
  const folder = join(root, "tests/conformance", version);
  const command = ["run", "--quiet", "--locked", "--profile", "test", "--bin", "warren", "--", "conformance", folder];
  // It fails if a case does, also one that is expected to: what it says counts.
  const { stdout } = spawnSync("cargo", command, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  const [, passed, failed] = stdout.match(/(\d+) passed, (\d+) failed\s*$/m);
  return { passed: Number(passed), failed: Number(failed) };
}

export async function journey({ page, context, url, shot }) {
  await fromThePlayground(page, context, url);
  await backToThePlayground(page, url);
  await looks(page, url, shot);
  await withoutScripts(context, url);
  await conformance(page, url, shot);
}

async function fromThePlayground(page, context, url) {
  await open(page, url, { editor: false });
  const [docs] = await Promise.all([context.waitForEvent("page"), page.getByRole("link", { name: "Docs" }).click()]);
  await docs.getByRole("heading", { name: "Warren", level: 1 }).waitFor();
  await docs.close();
  await page.getByRole("button", { name: /^Example/ }).click();
  const [tour] = await Promise.all([context.waitForEvent("page"), page.getByRole("link", { name: /^Tour/ }).click()]);
  await tour.getByRole("heading", { name: "1. Hello" }).waitFor();
  await tour.close();
}

async function backToThePlayground(page, url) {
  await page.goto(`${url}docs/tour.html`);
  const links = page.getByRole("link", { name: "Open in the playground" });
  assert.equal(await links.count(), 15);
  await links.first().click();
  await prints(page, ["[x] Received Hello, world!"]);
}

/** Every page in both themes, on a desk and on a phone. */
async function looks(page, url, shot) {
  for (const [name, width, height] of [["desk", 1280, 900], ["phone", 390, 844]]) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      for (const path of PAGES) {
        await page.goto(`${url}docs/${path}.html`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= width, `${path} is ${wide} wide on a ${name}`);
        await shot(`${path}-${name}-${colorScheme}`);
      }
      await page.goto(`${url}docs/language.html#publish`);
      await shot(`publish-${name}-${colorScheme}`);
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 1280, height: 900 });
}

async function withoutScripts(context, url) {
  const plain = await context.browser().newContext({ javaScriptEnabled: false });
  const page = await plain.newPage();
  await page.goto(`${url}docs/language.html#set-policy`);
  await page.getByRole("heading", { name: "set_policy" }).waitFor();
  await page.goto(`${url}docs/conformance.html`);
  assert.equal(await page.locator("#run").isVisible(), false, "a button that does nothing");
  await plain.close();
}

async function conformance(page, url, shot) {
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(`${url}docs/conformance.html`);
  assert.ok(!asked.some((address) => /cases|wasm|worker/.test(address)), "the cases were loaded before they were asked for");
  const cells = () =>
    page.locator("#areas td[data-version]").evaluateAll((found) => found.map(({ dataset }) => ({ ...dataset })));
  const counted = await cells();
  const versions = [...new Set(counted.map(({ version }) => version))];
  assert.ok(versions.length >= 3);
  for (const version of versions) {
    const { passed, failed } = natively(version);
    const all = counted.find((cell) => cell.version === version && cell.area === "");
    assert.deepEqual([Number(all.held), Number(all.cases)], [passed, passed + failed], version);
  }
  await page.getByRole("button", { name: "Run them in this browser" }).click();
  await page.locator("#run-said", { hasText: "held" }).waitFor();
  for (const { version, area, held, here } of await cells()) {
    assert.equal(here, held, `${version} ${area}: ${held} natively, ${here} in the browser`);
  }
  const said = await page.locator("#run-said").textContent();
  assert.match(said, /The counts are those of the native broker/);
  console.log(`       ${said}`);
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await page.locator("#run").evaluate((box) => box.scrollIntoView());
    await shot(`ran-desk-${colorScheme}`);
  }
  await page.setViewportSize({ width: 390, height: 844 });
  await page.locator("#run").evaluate((box) => box.scrollIntoView());
  await shot("ran-phone-dark");
}
