// The page starts, and its worker answers.

export async function journey({ page, url, shot }) {
  await page.goto(url);
  await page.getByText("the worker answers").waitFor();
  await shot();
}
