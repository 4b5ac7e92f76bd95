// The editor helps while one types: it completes words, says what a word means under the pointer, and F1 opens the
// documentation of the word at the cursor. The signature of a statement stands above it while its options are typed.

import assert from "node:assert/strict";

import { open, script, write } from "./hands.mjs";

export async function journey({ page, context, url, shot }) {
  await open(page, url);
  await write(page, "queue tasks\n");

  // A word that has begun is completed: the list, its help, and Enter takes the first.
  await page.keyboard.type("exch");
  const list = page.locator(".cm-tooltip-autocomplete");
  await list.getByRole("option").filter({ hasText: "exchange" }).first().waitFor();
  await page.locator(".cm-completionInfo").waitFor();
  await shot("completion");
  await page.emulateMedia({ colorScheme: "dark" });
  await shot("completion-dark");
  await page.emulateMedia({ colorScheme: "light" });
  await page.waitForTimeout(200); // CodeMirror takes no key for a list that has only just appeared
  await page.keyboard.press("Enter");
  await list.waitFor({ state: "detached" });
  assert.match(await script(page), /^queue tasks\nexchange/);

  // Asked for by key; names of the script are offered; Escape closes the list and changes nothing. A rabbit before the
  // place counts as two units, as everywhere in the editor.
  const text = '# 🐇 é\nqueue tasks\nconsumer c { consume  { ack } }';
  await write(page, text);
  for (let i = 0; i < " { ack } }".length; i++) await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Control+Space");
  await list.getByRole("option").filter({ hasText: "tasks" }).first().waitFor();
  await page.keyboard.press("Escape");
  await list.waitFor({ state: "detached" });
  assert.equal(await script(page), text);

  // A word that is written out needs no list: Enter is a new line.
  await write(page, "queue tasks\nconsumer c {\n");
  await page.keyboard.type("print");
  await page.waitForTimeout(500);
  await page.keyboard.press("Enter");
  assert.match(await script(page), /print\n/);

  // What a word means, with a way to the documentation.
  await write(page, "# 🐇\nqueue tasks durable\n");
  await page.locator(".cm-line", { hasText: "queue" }).locator("span", { hasText: "queue" }).first().hover();
  const help = page.locator(".cm-help");
  await help.waitFor();
  assert.match(await help.locator(".cm-helpTitle").textContent(), /^queue /);
  const link = help.getByRole("link", { name: "Documentation" });
  assert.equal(await link.getAttribute("href"), "docs/language.html#queue");
  assert.equal(await link.getAttribute("rel"), "noopener");
  await shot("hover");
  await page.emulateMedia({ colorScheme: "dark" });
  await shot("hover-dark");

  // The signature: the options while they are typed, the current one marked, beside the list of completions.
  await page.emulateMedia({ colorScheme: "light" });
  await page.mouse.move(0, 0);
  await write(page, "# 🐇\n\n\nqueue jobs\n");
  await page.keyboard.type("queue tasks durable message_t");
  const signature = page.locator(".cm-signature");
  await signature.waitFor();
  await list.waitFor();
  assert.match(await signature.locator(".cm-signatureForm").textContent(), /^queue NAME/);
  assert.deepEqual(await signature.locator(".cm-signatureUsed").allTextContents(), ["durable"]);
  const [above, below] = [await signature.boundingBox(), await list.boundingBox()];
  assert.ok(above.y + above.height <= below.y, "the signature and the list of completions do not cover each other");
  await shot("signature");
  await page.keyboard.press("Escape");
  await list.waitFor({ state: "detached" });
  await page.keyboard.type("tl ");
  await signature.locator(".cm-signatureCurrent", { hasText: "message_ttl 30s" }).waitFor();
  await shot("signature-option");
  // Escape closes it, and it stays closed for this statement; a key opens all of it.
  if (await list.count()) await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await signature.waitFor({ state: "detached" });
  await page.keyboard.type("5s ");
  await page.waitForTimeout(500);
  assert.equal(await signature.count(), 0);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.keyboard.press("Control+Shift+Space");
  await signature.waitFor();
  await shot("signature-whole-dark");
  await page.keyboard.press("Escape");
  await page.emulateMedia({ colorScheme: "light" });

  // F1, in a tab of its own.
  await write(page, "# 🐇\nqueue tasks durable\n");
  await page.mouse.move(0, 0);
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("ArrowDown");
  const opened = context.waitForEvent("page");
  await page.keyboard.press("F1");
  const documentation = await opened;
  await documentation.waitForLoadState();
  assert.equal(documentation.url(), `${url}docs/language.html#queue`);
  assert.equal(await documentation.locator("#queue").count(), 1);
  await documentation.close();
}
