// A message selected anywhere lights up everywhere; its journey is told.

import assert from "node:assert/strict";

import { open } from "./hands.mjs";

export async function journey({ page, url, shot }) {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page, url);
  // Task 2 is the one that slow takes to its grave: printed twice.
  const lines = page.locator(".output__line", { hasText: "task 2" }).filter({ hasNotText: "task 20" });
  await lines.first().waitFor();
  await lines.first().click();
  await page.getByRole("tab", { name: "Message" }).click();
  await page.locator(".message__name", { hasText: "boss #2" }).waitFor();
  const kinds = await page.locator(".message__kind").allTextContents();
  assert.ok(kinds.includes("publish"), kinds.join());
  assert.ok(kinds.includes("deliver"), kinds.join());
  assert.ok(kinds.includes("redeliver"), kinds.join());
  assert.ok(kinds.includes("ack"), kinds.join());
  // Lit in the output, in the topology along its way, in its queue at a moment when it is there.
  assert.ok((await page.locator(".output__line--selected").count()) >= 2);
  assert.ok((await page.locator(".topology__node--lit").count()) >= 2);
  await page.locator(".message__hop").filter({ hasText: "deliver" }).first().click();
  await shot();
  await page.getByRole("tab", { name: "Queues" }).click();
  await page.locator(".queues__copy--selected").waitFor();
  await shot("queues");

  // A queue selected in the topology is lit on its lane and in its table.
  await page.locator(".topology__node.hue-queue").first().click();
  await page.locator(".timeline__name--selected", { hasText: "tasks" }).waitFor();
  await page.locator(".queues__queue--selected").waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".queues__queue--selected").waitFor({ state: "detached" });

  // The timeline says the same as text.
  await page.getByRole("button", { name: "As a table" }).click();
  await page.locator(".timeline__table td", { hasText: "redeliver" }).first().waitFor();
}
