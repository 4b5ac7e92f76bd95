// The editor by itself, on a bare page: what Rust asks of it, and what a person does in it.

import assert from "node:assert/strict";

const TAGS = ["keyword", "string", "comment"];

export async function journey({ page, site, url, shot }) {
  site.pages["/bare"] = `<!doctype html><title>bare</title><link rel="icon" href="data:,">
    <style>body{--editor-bg:#fff;--editor-fg:#222;--editor-selection:#cde;--editor-error:#b00;--editor-warning:#a60;--font-mono:monospace}
    .tok-keyword{color:#718}.tok-string{color:#184}.tok-comment{color:#777}</style><div id="editor" style="height:300px"></div>`;
  const html = await (await fetch(url)).text();
  const file = html.match(/\.\/(editor-[0-9a-f]+\.js)/)[1];
  await page.goto(`${site.origin}/bare`);
  await page.evaluate(async ([address, tags]) => {
    const { create } = await import(address);
    window.heard = [];
    window.editor = create(document.getElementById("editor"), {
      doc: "queue tasks\n", label: "Script", tags, draftKey: "draft", readOnly: false,
      onChange: (text) => window.heard.push(text), onCursor: (at) => { window.cursor = at; },
    });
  }, [url + file, TAGS]);
  const content = page.getByRole("textbox", { name: "Script" });
  const text = () => content.evaluate((element) => [...element.querySelectorAll(".cm-line")].map((line) => line.textContent).join("\n"));
  const ask = (body) => page.evaluate(body);

  // Typing: braces indent, the draft is stored, the page is told.
  await content.click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("consumer c {\nconsume tasks {\nack\n}\n}");
  assert.equal(await text(), "queue tasks\nconsumer c {\n  consume tasks {\n    ack\n  }\n}");
  assert.equal(await ask(() => localStorage.getItem("draft")), await text());
  assert.equal(await ask(() => heard.at(-1)), await text());
  assert.equal(await ask(() => cursor), (await text()).length);

  // Comments by key, and undo.
  await page.waitForTimeout(1000); // what is typed at a stretch is undone at once
  await page.keyboard.press("Control+/");
  assert.match(await text(), /\n# \}$/);
  await page.keyboard.press("Control+z");
  assert.match(await text(), /\n\}$/);

  // A text from the page: not reported, not stored, undone by the person all the same.
  const count = await ask(() => heard.length);
  await ask(() => editor.setDoc("queue jobs durable\nprint \"{ 🐇 # not a comment\"\n# {\n"));
  assert.equal(await ask(() => heard.length), count);
  assert.doesNotMatch(await ask(() => localStorage.getItem("draft")), /jobs/);

  // Rust's tokens colour it, in UTF-16 units; they move with what is typed.
  await ask(() => editor.setHighlights(new Uint32Array([0, 5, 0, 19, 24, 0, 25, 46, 1, 47, 50, 2])));
  const coloured = (tag) => page.locator(`.tok-${tag}`).allTextContents();
  assert.deepEqual(await coloured("string"), ['"{ 🐇 # not a comment"'.slice(0, 21)]);
  assert.deepEqual(await coloured("keyword"), ["queue", "print"]);
  await page.keyboard.press("Control+Home");
  await page.keyboard.type("# x\n");
  assert.deepEqual(await coloured("keyword"), ["queue", "print"]);
  // A brace in a comment indents nothing.
  await page.keyboard.press("Control+End");
  await page.keyboard.type("ack");
  assert.match(await text(), /\n# \{\nack$/);

  // Problems: squiggles, marks in the gutter, words without HTML; positions past the end are moved into the text.
  await ask(() => editor.setDiagnostics([
    { from: 4, to: 9, severity: "error", code: "demo", message: "unknown <b>word</b>", hint: "try `queue`" },
    { from: 10, to: 14, severity: "warning", code: "demo", message: "unused", hint: null },
    { from: 5000, to: 6000, severity: "warning", code: "late", message: "late", hint: null },
  ]));
  assert.deepEqual(await page.locator(".cm-lintRange-error").allTextContents(), ["queue"]);
  await page.locator(".cm-lint-marker-error").waitFor();
  await page.locator(".cm-lintRange-error").hover();
  await page.getByText("unknown <b>word</b>").waitFor();
  await page.getByText("try `queue`").waitFor();
  await ask(() => editor.markLine(4));
  await page.locator(".cm-eventLine", { hasText: "queue jobs" }).waitFor();
  await shot();
  await ask(() => { editor.markLine(null); editor.markLine(99999); editor.reveal(0, 3); });

  // Search, and a text that can only be read.
  await content.click();
  await page.keyboard.press("Control+f");
  await page.getByRole("textbox", { name: "Find" }).pressSequentially("jobs");
  await page.locator(".cm-searchMatch").waitFor();
  await page.keyboard.press("Escape");
  const before = await text();
  await ask(() => editor.setReadOnly(true));
  await content.click();
  await page.keyboard.type("nothing");
  assert.equal(await text(), before);
  await ask(() => editor.destroy());
  assert.equal(await page.locator(".cm-editor").count(), 0);

  // What it asks of Rust: one thing after another, the newest of a kind; a change of the text makes all of it void.
  await page.evaluate(async (address) => {
    const { create } = await import(address);
    window.asked = [];
    window.editor = create(document.getElementById("editor"), {
      doc: "queue tasks\n", label: "Script", tags: [], draftKey: null, readOnly: false,
      onAsk: (id, what, at, text) => window.asked.push({ id, what, at, text }),
    });
  }, url + file);
  const questions = () => ask(() => asked.map(({ what }) => what));
  const answer = (help) => page.evaluate((given) => editor.answer(asked.at(-1).id, given), help);
  await page.waitForFunction(() => asked.length === 1);
  assert.deepEqual(await questions(), ["folds"]);
  await content.click();
  await page.keyboard.press("Control+Shift+o");
  await page.keyboard.press("F12");
  await page.keyboard.press("F12");
  assert.deepEqual(await questions(), ["folds"]);
  await answer({ places: [] });
  await page.waitForFunction(() => asked.length === 2);
  await answer(null); // no outline
  await page.waitForFunction(() => asked.length === 3);
  assert.deepEqual(await questions(), ["folds", "outline", "name"]);
  await answer(null);
  await page.locator(".cm-saying", { hasText: "there is no name here" }).waitFor();
  await page.keyboard.press("F2");
  await page.waitForFunction(() => asked.at(-1).what === "name" && asked.length > 3);
  const late = (await ask(() => asked.at(-1))).id;
  await page.keyboard.type("x");
  await page.evaluate((id) => editor.answer(id, { from: 0, to: 1, title: "queue", text: "x", places: [] }), late);
  await page.waitForTimeout(100);
  assert.equal(await page.locator(".cm-rename").count(), 0, "an answer for an older text");
  await ask(() => editor.destroy());
}
