// A newcomer opens the page and sees a run: its output, its queues, its checks.

import assert from "node:assert/strict";

import { open, printed } from "./hands.mjs";

export async function journey({ page, url, shot }) {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page, url);
  await page.locator(".output__text").first().waitFor();
  const lines = await printed(page);
  assert.equal(lines.filter((line) => line.startsWith("[x] Received")).length >= 10, true, lines.join("\n"));
  await page.getByRole("tab", { name: /Checks/ }).getByText("4/4").waitFor();
  // … and how much was found in the run.
  await page.getByRole("tab", { name: "Checks 4/4 checks held 1 found in this run" }).waitFor();
  await page.locator(".topology__node").nth(3).waitFor();
  assert.deepEqual(await page.locator(".timeline__name").allTextContents().then((names) => names.includes("tasks")), true);
  await page.locator(".topbar__broker").getByText("4.3").waitFor();
  await shot();
  // Each example group is offered, and an example is one click away.
  await page.getByRole("button", { name: /Example/ }).click();
  await shot("examples");
  await page.locator(".examples__example", { hasText: "Logs by topic" }).click();
  await page.locator(".topology__node", { hasText: "logs" }).first().waitFor();
  await page.locator(".output__text", { hasText: "PAGE: log of kern.disk.error" }).waitFor();
  await shot("logs");
}
