// The page inside another page: as an ordinary frame, and in a sandbox, where it has no origin and no storage.

export async function journey({ page, site, url, shot }) {
  const frame = (name, attributes) => `<iframe name="${name}" src="${url}" width="600" height="300" ${attributes}></iframe>`;
  site.pages["/article"] = `<!doctype html><title>An article</title><link rel="icon" href="data:,"><h1>An article</h1>
    ${frame("plain", "")}${frame("sandboxed", 'sandbox="allow-scripts"')}`;
  await page.goto(`${site.origin}/article`);
  for (const name of ["plain", "sandboxed"]) {
    await page.frameLocator(`iframe[name=${name}]`).getByText("the worker answers").waitFor();
  }
  await shot();
}
