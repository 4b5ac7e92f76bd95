// On a phone: one thing at a time, everything reachable, reading and editing.

import assert from "node:assert/strict";

import { open, ran, write } from "./hands.mjs";

export async function journey({ page, url, shot }) {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, url, { editor: false });
  await page.locator(".topology__node").first().waitFor();
  await shot("scene");
  for (const name of ["Output", "Queues", "Clients", "Message", "Routing", "Checks", "Script"]) {
    await page.getByRole("tab", { name: new RegExp(name) }).click();
    await page.waitForTimeout(150);
    await shot(name.toLowerCase());
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 390, `${name} is ${wide} wide`);
  }
  await write(page, 'queue q\npublisher p starts at 100ms { publish "hi" to default key "q" }\nconsumer c { consume q { print "from a phone"; ack } }\n');
  await page.getByRole("tab", { name: /Output/ }).click();
  await page.locator(".output__text", { hasText: "from a phone" }).waitFor();
  await ran(page);
}
