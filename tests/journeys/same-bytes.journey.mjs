// Same script, same seed, same bytes: each shipped example leaves the same recording here as on the command line.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { open, write } from "./hands.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const examples = join(root, "www/examples");

/** The hash of the recording that `warren run` makes. The test profile is the one that the native tests have built. */
function natively(file) {
  const command = ["run", "--quiet", "--locked", "--profile", "test", "--bin", "warren", "--", "run", file, "--hash"];
  try {
    return execFileSync("cargo", command, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
  } catch (error) {
    // A check that fails is no matter here, a script that does not run is.
    if (error.stdout?.trim()) return error.stdout.trim();
    throw new Error(`${file}: ${error.stderr}`);
  }
}

export async function journey({ page, url }) {
  const files = readdirSync(examples, { recursive: true }).filter((file) => file.endsWith(".warren")).sort();
  assert.ok(files.length > 50, `only ${files.length} examples`);
  await open(page, url);
  const outcome = page.locator(".transport__outcome");
  const differing = [];
  for (const file of files) {
    const wanted = natively(join(examples, file));
    assert.match(wanted, /^[0-9a-f]{32}$/, file);
    await write(page, readFileSync(join(examples, file), "utf8"));
    await page
      .waitForFunction((hash) => document.querySelector(".transport__outcome")?.dataset.recording === hash, wanted, { timeout: 20_000 })
      .catch(async () => differing.push(`${file}: natively ${wanted}, here ${await outcome.getAttribute("data-recording")}`));
  }
  assert.deepEqual(differing, []);
  console.log(`       ${files.length} examples: the same recordings, byte for byte`);
}
