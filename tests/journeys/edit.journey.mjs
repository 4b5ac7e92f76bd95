// The run follows the typing: another word in the script is another word in the output. A broken script keeps the last
// good run on the screen, says so, and is mended by undoing.

import assert from "node:assert/strict";

import { open, printed, prints, script, write } from "./hands.mjs";

const SCRIPT = `queue tasks
publisher boss starts at 100ms { publish "one" to default key "tasks" }
consumer worker { consume tasks { print "got {message.body}"; ack } }
`;

export async function journey({ page, url, shot }) {
  await open(page, url);
  await write(page, SCRIPT);
  await page.getByText("Example").first().waitFor();
  await page.getByRole("tab", { name: "Output" }).click({ timeout: 2000 }).catch(() => {});
  await prints(page, ["got one"]);

  await page.locator(".cm-content").click();
  await write(page, SCRIPT.replace('"one"', '"two"'));
  await prints(page, ["got two"]);
  await shot("edited");

  // Break it: the problem is underlined and told, the run stays, marked.
  await page.keyboard.press("Control+End");
  await page.keyboard.type("consumer {");
  await page.locator(".cm-lintRange-error, .cm-lintPoint-error").first().waitFor();
  await page.locator(".problems__problem--error").first().waitFor();
  await page.locator(".page__stale").waitFor();
  assert.deepEqual(await printed(page), ["got two"]);
  await shot("broken");
  // A click on the problem leads to its place.
  await page.locator(".problems__problem").first().click();

  // Mend it.
  await write(page, SCRIPT);
  await page.locator(".page__stale").waitFor({ state: "detached" });
  await prints(page, ["got one"]);
  await page.locator(".problems__line", { hasText: "No problems" }).waitFor();

  // What was typed survives a reload, also when the address has followed it.
  // (It does so half a second after the last key.)
  await page.waitForTimeout(800);
  await page.reload();
  await page.locator(".cm-content").waitFor();
  assert.equal((await script(page)).trim(), SCRIPT.trim());
  // Reset brings back what was opened, and the typed text is not lost.
  await page.getByRole("button", { name: /Reset the script/ }).click();
  await page.getByRole("button", { name: "Bring it back" }).click();
  assert.equal((await script(page)).trim(), SCRIPT.trim());
}
