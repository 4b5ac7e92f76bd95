// The address holds the page: script, moment, selection, panel. Damaged and foreign links leave the rest alive.

import assert from "node:assert/strict";

import { key, open, ran, script, step, write } from "./hands.mjs";

const SCRIPT = `queue 订单 durable
publisher p starts at 100ms { for i in 1..5 { publish "🐇 {i}" to default key "订单" } }
consumer c { prefetch 1; consume "订单" { wait 10ms; ack } }
`;

export async function journey({ page, context, url, shot }) {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page, url);
  await write(page, SCRIPT);
  await page.locator(".topology__node", { hasText: "订单" }).waitFor();
  await key(page, "Home");
  await page.locator(".transport__step", { hasText: "step 0 of" }).waitFor();
  for (let times = 0; times < 3; times++) await key(page, "Shift+ArrowRight");
  await page.locator(".transport__step", { hasText: "step 30 of" }).waitFor();
  await page.getByRole("tab", { name: "Clients" }).click();
  await page.locator(".timeline__name", { hasText: "c" }).last().click();
  await page.waitForFunction(() => location.hash.startsWith("#w1:"));
  await page.waitForTimeout(800);
  const link = page.url();

  const other = await context.browser().newContext({ viewport: { width: 1440, height: 900 } });
  const reader = await other.newPage();
  await reader.goto(link);
  await ran(reader);
  await reader.locator(".cm-content").waitFor();
  assert.equal((await script(reader)).trim(), SCRIPT.trim());
  await reader.locator(".transport__step", { hasText: "step 30 of" }).waitFor();
  assert.equal(await reader.getByRole("tab", { name: "Clients" }).getAttribute("aria-selected"), "true");
  await reader.locator(".timeline__name--selected").waitFor();
  await other.close();

  // Bad links: a word, and what was typed is still there.
  const broken = [`${url}#w1:AAAA`, `${url}#w9:AAAA`, `${url}#/about`, `${url}#${"%".repeat(50)}`, link.slice(0, -9)];
  for (const address of broken) {
    await page.goto("about:blank");
    await page.goto(address);
    await page.locator(".notice__card", { hasText: "cannot be opened" }).waitFor();
    await ran(page);
    await page.locator(".cm-content").waitFor();
    assert.equal((await script(page)).trim(), SCRIPT.trim());
  }
  await shot("bad");
  // A link followed while something else was being written: that is put aside, not lost.
  await page.goto("about:blank");
  await page.goto(`${url}#example=topics/logs`);
  await page.getByRole("button", { name: "Bring it back" }).click();
  await page.locator(".cm-content").waitFor();
  await page.locator(".topology__node", { hasText: "订单" }).waitFor();
  assert.ok((await step(page)) > 0);
}
