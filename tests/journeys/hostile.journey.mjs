// A link can hold anything. An endless loop, a million messages, a megabyte of script and markup in every place leave the
// page answering the hand, and nothing of a script becomes HTML.

import assert from "node:assert/strict";

import { key, longestFrame, open, paste, prints, script, write } from "./hands.mjs";

const ENDLESS = `queue q
client a { while true { let x = 1 } }
client b { let s = "ab"; repeat 60 { s = "{s}{s}" } }
`;
const MILLION = `queue q
publisher p { for i in 1..1000000 { publish "m" to default key "q" } }
consumer c { consume q no_ack { } }
`;
const MARKUP = `queue "<img src=x onerror=alert(1)>" as q
publisher "p" starts at 100ms { publish "<script>alert(1)</script>" to default key "<img src=x onerror=alert(1)>" }
consumer c { consume "<img src=x onerror=alert(1)>" { print "<b>{message.body}</b> __proto__"; ack } }
`;
// Generous for a machine that is busy with other things: a frozen page is seconds.
const FELT_MS = 1_500;

export async function journey({ page, url, shot }) {
  await page.setViewportSize({ width: 1440, height: 900 });
  page.on("dialog", (dialog) => assert.fail(`a script opened a dialog: ${dialog.message()}`));
  await open(page, url);

  await write(page, MARKUP.replace('publisher "p"', "publisher p"));
  await prints(page, ["<b><script>alert(1)</script></b> __proto__"]);
  assert.equal(await page.locator("img, #app script").count(), 0);
  await shot("markup");

  const ended = await longestFrame(page, async () => {
    await write(page, ENDLESS);
    // Told by the run itself; on a machine so busy that a step takes seconds, the worker is ended, and that is told.
    await page.locator(".output__line--error, .transport__outcome--limited, .notice__card").first().waitFor();
  });
  assert.ok(ended < FELT_MS, `the page stood still for ${ended} ms under an endless loop`);
  await shot("endless");

  const many = await longestFrame(page, async () => {
    await write(page, MILLION);
    await page.locator(".transport__step", { hasText: /of \d{2,3},\d{3}|of \d,\d{3},\d{3}/ }).waitFor();
    // While it runs: it can be typed, stepped and stopped.
    await key(page, "Home");
    await page.locator(".transport__step", { hasText: "step 0 of" }).waitFor();
    const stop = page.getByRole("button", { name: /Stop/ });
    if (await stop.count()) await stop.click({ timeout: 5_000 }).catch(() => {});
    await page.locator(".transport__outcome", { hasText: "Running" }).waitFor({ state: "detached" });
  });
  assert.ok(many < FELT_MS, `the page stood still for ${many} ms under a million messages`);
  await key(page, "End");
  await shot("million");

  const long = await longestFrame(page, async () => {
    await paste(page, `queue q\n${"# a comment that goes on and on, as comments do\n".repeat(21_000)}queue r\n`);
    await page.locator(".topology__node", { hasText: "r" }).first().waitFor();
  });
  assert.ok(long < FELT_MS * 2, `the page stood still for ${long} ms under a megabyte of script`);
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("\nqueue s");
  await page.locator(".topology__node", { hasText: "s" }).first().waitFor();
  assert.match(await script(page), /queue s/);
}
