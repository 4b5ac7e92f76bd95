// The page inside another page: as an ordinary frame, and in a sandbox, where it has no origin and no storage.

import assert from "node:assert/strict";

export async function journey({ page, site, url, shot }) {
  await page.setViewportSize({ width: 1100, height: 1000 });
  const source = `${url}#example=topics/logs&view=embed`;
  const frame = (name, attributes) => `<iframe name="${name}" src="${source}" width="1040" height="440" ${attributes}></iframe>`;
  site.pages["/article"] = `<!doctype html><title>An article</title><link rel="icon" href="data:,"><h1>An article</h1>
    ${frame("plain", "")}${frame("sandboxed", 'sandbox="allow-scripts"')}`;
  await page.goto(`${site.origin}/article`);
  for (const name of ["plain", "sandboxed"]) {
    const inside = page.frameLocator(`iframe[name=${name}]`);
    await inside.locator(".topology__node", { hasText: "logs" }).first().waitFor();
    await inside.locator(".transport__step", { hasText: /step [1-9]/ }).waitFor();
    assert.equal(await inside.locator(".topbar, .cm-editor").count(), 0);
    await inside.getByRole("button", { name: /beginning/ }).click();
    await inside.locator(".transport__step", { hasText: "step 0 of" }).waitFor();
    // It never rewrites its own address.
    const address = page.frames().find((found) => found.name() === name).url();
    assert.equal(address, source);
    assert.equal(await inside.getByRole("link", { name: "Open in Warren" }).getAttribute("href"), `${url}#example=topics/logs`);
    // Of the keys those that are of use here.
    await inside.getByRole("tab", { name: "Queues" }).focus();
    await page.keyboard.press("?");
    const keys = inside.getByRole("dialog", { name: "Keys" });
    await keys.getByText("Play, pause").waitFor();
    assert.equal(await keys.getByText("To the editor").count(), 0);
    await page.keyboard.press("Escape");
    await keys.waitFor({ state: "detached" });
  }
  await shot();
}
