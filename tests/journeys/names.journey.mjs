// Names and the shape of a script, by keyboard alone: the uses of a name are marked and listed, F12 goes to where it is made,
// F2 calls it otherwise in one step; blocks fold; the outline goes anywhere, on a phone, too.

import assert from "node:assert/strict";

import { key, open, script, write } from "./hands.mjs";

// A rabbit before everything counts as two units, as everywhere in the editor.
const TEXT = `# 🐇 é
# work, shared
queue tasks durable
exchange logs fanout

publisher boss {
  for i in 1..3 { publish "{i}" to default key "tasks" persistent }
}

consumer worker times 2 {
  prefetch 1
  consume tasks { wait 10ms; ack }
}

at 500ms crash worker[1]
expect ready(tasks) == 0`;

export async function journey({ page, url, shot }) {
  await open(page, url);
  await write(page, TEXT);
  const options = page.locator(".cm-pick").getByRole("option");
  const line = () => page.locator(".cm-activeLine").first().textContent();

  // The name at the cursor is marked wherever it stands.
  await page.keyboard.press("ArrowLeft"); // … == |0
  for (let i = 0; i < "tasks) == ".length - 1; i++) await page.keyboard.press("ArrowLeft");
  for (const line of ["queue tasks", "publish", "consume tasks", "expect"]) {
    await page.locator(".cm-line", { hasText: line }).locator(".cm-use", { hasText: "tasks" }).waitFor();
  }
  await shot("uses");

  // F12 goes to where it is made.
  await page.keyboard.press("F12");
  await page.locator(".cm-activeLine", { hasText: "queue tasks durable" }).waitFor();

  // Shift-F12 lists its places; each that is looked at is shown; Escape leaves everything as it was.
  await page.keyboard.press("Shift+F12");
  await page.locator(".cm-pick").waitFor();
  assert.equal(await page.locator(".cm-pick").getAttribute("aria-label"), "queue tasks: 4 places");
  assert.equal(await options.count(), 4);
  assert.match(await options.nth(0).textContent(), /made here/);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.locator(".cm-line", { hasText: "consume tasks" }).locator(".cm-useLook", { hasText: "tasks" }).waitFor();
  await shot("uses-list");
  await page.keyboard.press("Escape");
  await page.locator(".cm-pick").waitFor({ state: "detached" });
  assert.equal(await page.locator(".cm-useLook").count(), 0);
  assert.equal(await line(), "queue tasks durable");
  await page.keyboard.press("Shift+F12");
  await page.locator(".cm-pick").waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  assert.match(await line(), /consume tasks/);
  // The way back.
  await page.keyboard.press("Control+u");
  assert.equal(await line(), "queue tasks durable");

  // Nothing to go to is said.
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("F12");
  await page.locator(".cm-saying", { hasText: "there is no name here" }).waitFor();
  await page.keyboard.press("ArrowRight");
  await page.locator(".cm-saying").waitFor({ state: "detached" });

  // A click with Ctrl goes there, too.
  await page.locator(".cm-line", { hasText: "at 500ms" }).getByText("worker").click({ modifiers: ["Control"] });
  await page.locator(".cm-activeLine", { hasText: "consumer worker" }).waitFor();

  // F2: a name that cannot be one gets a sentence, one that can is taken in one step.
  await page.keyboard.press("F2");
  const field = page.getByRole("textbox", { name: "New name of the client worker" });
  await field.waitFor();
  assert.equal(await field.inputValue(), "worker");
  await shot("rename");
  await page.keyboard.type("boss");
  await page.locator(".cm-renameBad", { hasText: "there is a client boss already" }).waitFor();
  assert.equal(await field.getAttribute("aria-invalid"), "true");
  await page.emulateMedia({ colorScheme: "dark" });
  await shot("rename-refused-dark");
  await page.emulateMedia({ colorScheme: "light" });
  await page.keyboard.press("Enter");
  assert.equal(await script(page), TEXT);
  await field.fill("carrier");
  await page.waitForFunction(() => !document.querySelector(".cm-renameBad"));
  await page.keyboard.press("Enter");
  await field.waitFor({ state: "detached" });
  assert.equal(await script(page), TEXT.replaceAll("worker", "carrier"));
  await page.keyboard.press("Control+z");
  assert.equal(await script(page), TEXT);
  await page.keyboard.press("F2");
  await field.waitFor();
  await page.keyboard.press("Escape");
  await field.waitFor({ state: "detached" });
  await page.keyboard.type("x"); // the keyboard is the editor's again
  await page.keyboard.press("Control+z");
  assert.equal(await script(page), TEXT);

  // Folding, by keys and by the marks.
  const marks = page.locator(".cm-foldMark").filter({ visible: true });
  await marks.first().waitFor();
  await page.locator(".cm-activeLine", { hasText: "consumer worker" }).waitFor();
  await page.keyboard.press("Control+Shift+BracketLeft");
  await page.locator(".cm-foldPlaceholder").waitFor();
  assert.doesNotMatch(await script(page), /prefetch/);
  await shot("folded");
  await page.keyboard.press("Control+Shift+BracketRight");
  await page.locator(".cm-foldPlaceholder").waitFor({ state: "detached" });
  await page.keyboard.press("Control+Alt+BracketLeft");
  await page.waitForFunction(() => document.querySelectorAll(".cm-foldPlaceholder").length === 3);
  await page.emulateMedia({ colorScheme: "dark" });
  await shot("folded-all-dark");
  await page.emulateMedia({ colorScheme: "light" });
  await page.keyboard.press("Control+Alt+BracketRight");
  assert.equal(await script(page), TEXT);
  await marks.first().click();
  await page.locator(".cm-foldPlaceholder").waitFor();
  await page.locator(".cm-foldPlaceholder").click();
  assert.equal(await script(page), TEXT);

  // The outline: by a key in the editor and outside of it, by its button; typing narrows it.
  await page.keyboard.press("Control+Shift+o");
  await page.locator(".cm-pick").waitFor();
  const entries = await options.locator(".cm-pickLabel").allTextContents();
  assert.deepEqual(entries, [
    "queue tasks durable", "exchange logs fanout", "publisher boss", "consumer worker times 2", "consume tasks",
    "at 500ms crash worker[1]", "expect ready(tasks) == 0",
  ]);
  await shot("outline");
  await page.keyboard.type("logs");
  assert.equal(await options.filter({ visible: true }).count(), 1);
  await page.keyboard.press("Enter");
  assert.equal(await line(), "exchange logs fanout");
  await key(page, "o");
  await page.locator(".cm-pick").waitFor();
  await page.keyboard.type("nothing like it");
  await page.locator(".cm-pickNone", { hasText: "nothing of that name" }).waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".cm-pick").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Outline" }).click();
  await page.locator(".cm-pick").waitFor();
  await page.emulateMedia({ colorScheme: "dark" });
  await shot("outline-dark");
  await page.emulateMedia({ colorScheme: "light" });
  await options.filter({ hasText: "publisher boss" }).click();
  assert.equal(await line(), "publisher boss {");

  // A name that is markup is a name.
  await write(page, 'queue "<b>bold</b>"\nexpect ready("<b>bold</b>") == 0');
  await page.keyboard.press("Control+Home");
  for (let i = 0; i < 8; i++) await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Shift+F12");
  await options.nth(1).filter({ hasText: 'expect ready("<b>bold</b>")' }).waitFor();
  assert.equal(await page.locator(".cm-pick b").count(), 0);
  await page.keyboard.press("Escape");
  await page.keyboard.press("F2");
  await page.getByRole("textbox", { name: "New name of the queue <b>bold</b>" }).waitFor();
  await page.keyboard.type("plain");
  await page.keyboard.press("Enter");
  await page.locator(".cm-rename").waitFor({ state: "detached" });
  assert.equal(await script(page), 'queue "plain"\nexpect ready("plain") == 0');
  await page.keyboard.press("Control+z");
  await write(page, TEXT);

  // On a phone.
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByRole("tab", { name: /Script/ }).click();
  await shot("phone");
  await page.getByRole("button", { name: "Outline" }).click();
  await page.locator(".cm-pick").waitFor();
  await shot("phone-outline");
  await options.filter({ hasText: "expect ready" }).click();
  await page.locator(".cm-activeLine", { hasText: "expect ready" }).waitFor();
  await page.locator(".cm-line", { hasText: "queue tasks" }).click();
  await page.keyboard.press("End");
  await page.mouse.move(0, 0);
  await page.keyboard.type(" max_length ");
  await page.locator(".cm-signature").waitFor();
  await shot("phone-signature");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 390, `${wide} wide`);
}
