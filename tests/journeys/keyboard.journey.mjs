// Without a mouse: the focus can be seen and reaches everything; keys work, and are shown by `?`.

import assert from "node:assert/strict";

import { key, open } from "./hands.mjs";

export async function journey({ page, url, shot }) {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page, url);
  // Through the whole page by Tab: each stop can be seen, and has a name.
  await page.evaluate(() => document.activeElement?.blur());
  const names = new Set();
  for (let stops = 0; stops < 80; stops++) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return null;
      if (element.closest(".cm-editor")) return { name: "Script", seen: true, editor: true };
      const box = element.getBoundingClientRect();
      const name = element.getAttribute("aria-label") ?? element.getAttribute("title") ?? element.labels?.[0]?.textContent ?? element.textContent;
      return { name: name.trim(), html: element.outerHTML.slice(0, 120), seen: box.width > 0 && box.height > 0, editor: false };
    });
    if (!stop) break;
    assert.ok(stop.name, `a stop without a name: ${stop.html}`);
    assert.ok(stop.seen, `${stop.name} cannot be seen`);
    names.add(stop.name);
    // The editor takes Tab for itself: Escape, then Tab leaves it.
    if (stop.editor) await page.keyboard.press("Escape");
  }
  for (const name of ["Copy a link to exactly this: script, moment, selection", "Script", "Play (space)", "As a table"]) {
    assert.ok([...names].some((found) => found === name), `${name} is not reached by Tab: ${[...names].join(" | ")}`);
  }
  // Tabs by arrows.
  await page.getByRole("tab", { name: "Queues" }).focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.getByRole("tab", { name: "Clients" }).getAttribute("aria-selected"), "true");
  // The keys.
  await key(page, "?");
  await page.getByRole("dialog", { name: "Keys" }).waitFor();
  await shot();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog", { name: "Keys" }).waitFor({ state: "detached" });
  await key(page, "6");
  assert.equal(await page.getByRole("tab", { name: /Checks/ }).getAttribute("aria-selected"), "true");
  await key(page, "e");
  await page.keyboard.type("# typed");
  await page.locator(".cm-line", { hasText: "# typed" }).first().waitFor();
}
