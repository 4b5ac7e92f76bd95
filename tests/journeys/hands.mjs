// What the journeys do over and over.

import assert from "node:assert/strict";

/** Opens the page and waits until the first run is on the screen and the editor is there. */
export async function open(page, url, { editor = true } = {}) {
  await page.goto(url);
  await ran(page);
  if (editor) await page.locator(".cm-content").waitFor();
}

/** Waits until a run that has ended is on the screen, at a moment of its own. */
export async function ran(page) {
  await page.locator(".transport__step").filter({ hasText: /step [1-9][\d,]* of [1-9]/ }).waitFor();
}

/** The script in the editor. */
export function script(page) {
  return page.locator(".cm-content").evaluate((content) => [...content.querySelectorAll(".cm-line")].map((line) => line.textContent).join("\n"));
}

/** Replaces the script, as by pasting. */
export async function write(page, text) {
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(text);
}

/** Replaces the script by pasting: typing a megabyte is not what a browser is made for. */
export async function paste(page, text) {
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+a");
  await page.locator(".cm-content").evaluate((content, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", pasted);
    content.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, text);
}

/** The printed lines. */
export function printed(page) {
  return page.locator(".output__text").allTextContents();
}

/** Waits until the output is this. */
export async function prints(page, lines) {
  await page.waitForFunction(
    (wanted) => {
      const found = [...document.querySelectorAll(".output__text")].map((line) => line.textContent);
      return JSON.stringify(found) === JSON.stringify(wanted);
    },
    lines,
  ).catch(async (error) => assert.deepEqual(await printed(page), lines, String(error)));
}

/** Which step is on the screen. */
export async function step(page) {
  const words = await page.locator(".transport__step").textContent();
  return Number(words.match(/step ([\d,]+)/)[1].replaceAll(",", ""));
}

/** Presses a key with nothing focused that would take it. */
export async function key(page, name) {
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press(name);
}

/** The longest time between two frames while `deed` goes on, in milliseconds: what the hand feels. */
export async function longestFrame(page, deed) {
  await page.evaluate(() => {
    window.longest = 0;
    window.watching = true;
    let last = performance.now();
    const look = () => {
      const now = performance.now();
      window.longest = Math.max(window.longest, now - last);
      last = now;
      if (window.watching) setTimeout(look, 4);
    };
    look();
  });
  await deed();
  return page.evaluate(() => {
    window.watching = false;
    return window.longest;
  });
}
