// Which bindings does a key match? Each is told, matched or not, word by word.

import assert from "node:assert/strict";

import { open } from "./hands.mjs";

export async function journey({ page, url, shot }) {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page, `${url}#example=topics/logs`);
  await page.getByRole("tab", { name: "Routing" }).click();
  const field = page.getByRole("textbox", { name: "Routing key" });
  await field.fill("kern.disk.error");
  await page.locator(".routing__summary", { hasText: "Reaches 4 queues" }).waitFor();
  await field.fill("kern.cpu.info");
  await page.locator(".routing__summary", { hasText: "Reaches 2 queues" }).waitFor();
  const refused = page.locator(".routing__binding--refused");
  assert.equal(await refused.count(), 2);
  await page.locator(".routing__word--failed").first().waitFor();
  await shot();
  await field.fill("");
  await page.locator(".routing__summary", { hasText: "Reaches all." }).waitFor();
}
