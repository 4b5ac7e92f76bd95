// Time in the hand: the scrubber, steps, playing; every panel shows the moment.

import assert from "node:assert/strict";

import { key, open, step } from "./hands.mjs";

export async function journey({ page, url, shot }) {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page, url);
  const unacked = () => page.locator(".queues__count").nth(1).textContent();
  const last = await step(page);

  // Half a second in: slow still holds its task.
  const scrubber = page.getByRole("slider", { name: "Moment" });
  await scrubber.fill("400000");
  await page.waitForFunction(() => /^0\.[123]/.test(document.querySelector(".transport__clock").textContent));
  await page.locator(".queues__count", { hasText: "unacked" }).getByText(/[12]/).waitFor();
  assert.notEqual(await step(page), last);
  await page.locator(".output__line--future").first().waitFor();
  await shot("scrubbed");

  // Equal steps back and forward.
  const here = await step(page);
  for (const [name, there] of [["ArrowRight", here + 1], ["ArrowLeft", here], ["Shift+ArrowLeft", here - 10]]) {
    await key(page, name);
    await page.locator(".transport__step", { hasText: `step ${there.toLocaleString("en")} of` }).waitFor();
  }
  await key(page, "Home");
  await page.locator(".transport__step", { hasText: "step 0 of" }).waitFor();
  await page.getByText("Before anything has happened").waitFor();

  // The next problem is the redelivery after the crash, or the crash itself.
  await key(page, "n");
  await page.locator(".transport__kind", { hasText: /fault|redeliver/ }).waitFor();
  await shot("problem");

  // Playing goes by itself, to the end.
  await key(page, "End");
  await page.locator(".transport__step", { hasText: `step ${last.toLocaleString("en")} of` }).waitFor();
  for (let times = 0; times < 3; times++) await key(page, "+");
  await key(page, " ");
  await page.getByRole("button", { name: /Pause/ }).waitFor();
  await page.waitForFunction((end) => {
    const words = document.querySelector(".transport__step").textContent;
    return words.includes(`step ${end.toLocaleString("en")} of`);
  }, last);
  await page.getByRole("button", { name: /Play/ }).waitFor();
  assert.match(await unacked(), /0 unacked/);
}
