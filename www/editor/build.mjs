// Bundles editor.mjs and the packages it imports into dist/editor.js, which the page loads when it needs an editor.
import { build } from "esbuild";
import { fileURLToPath } from "node:url";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

await build({
  entryPoints: [here("editor.mjs")],
  outfile: here("dist/editor.js"),
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "inline", // the licences of what is bundled stay with it
  logLevel: "warning",
});
