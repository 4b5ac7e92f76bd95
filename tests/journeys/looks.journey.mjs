// Light and dark, by the system and by choice, at desktop and tablet size.

import assert from "node:assert/strict";

import { open } from "./hands.mjs";

export async function journey({ page, url, shot }) {
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: "dark" });
  await open(page, url);
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const dark = await ground();
  await page.waitForTimeout(300);
  await shot("dark");
  await page.getByRole("button", { name: /^Theme: as the system/ }).click();
  await page.getByRole("button", { name: /^Theme: light/ }).waitFor();
  assert.notEqual(await ground(), dark);
  await page.reload();
  await page.getByRole("button", { name: /^Theme: light/ }).click();
  await page.getByRole("button", { name: /^Theme: dark/ }).waitFor();
  assert.equal(await ground(), dark);
  await page.emulateMedia({ colorScheme: "light" });
  assert.equal(await ground(), dark);
  await page.getByRole("button", { name: /^Theme: dark/ }).click();
  assert.notEqual(await ground(), dark);
  await page.setViewportSize({ width: 1024, height: 768 });
  await page.waitForTimeout(300);
  await shot("tablet");
}
