// A part of the page that does not arrive: a plain notice, with the script as last typed.

export async function journey({ page, url, shot, expected }) {
  await page.goto(url);
  await page.evaluate(() => localStorage.setItem("warren.draft", "queue <b>tasks</b>\n"));
  await page.route("**/*.wasm", (route) => route.fulfill({ status: 404 }));
  await page.goto(url);
  await page.getByRole("alertdialog", { name: "The playground has stopped" }).waitFor();
  await shot();
  const kept = await page.getByRole("textbox", { name: "Your script" }).inputValue();
  if (kept !== "queue <b>tasks</b>\n") throw new Error(`the script was not kept: ${kept}`);
  await page.unroute("**/*.wasm");
  await page.getByRole("button", { name: "Reload the page" }).click();
  await page.getByRole("alertdialog").waitFor({ state: "hidden" });
  expected("404");
}
