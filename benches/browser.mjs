// Chromium's part of benches/run: the kernel of benches/peers and the program of simulate.rs, both compiled to wasm, and
// the page as it is shipped, from the keystroke to the finished run, full recording, progress and panels included.
// Prints `peer,workload,n,metric,value`; wall time.
//
//     node benches/browser.mjs [--kernel KERNEL.wasm] [--bench SIMULATE.wasm] [--page DIST]

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { open, write } from "../tests/journeys/hands.mjs";
import { serve } from "../tests/journeys/server.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const { chromium } = createRequire(join(root, "www/editor/package.json"))("playwright-core");
const { values: given } = parseArgs({ options: { kernel: { type: "string" }, bench: { type: "string" }, page: { type: "string" } } });
const ROUNDS = 3;

const browser = await chromium.launch({ executablePath: process.env.CHROME, args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
console.log(`# version chromium ${browser.version()}`);

/** A page that prints what it logs, and the wasm as text, since a page can be handed nothing else. */
async function empty(wasm) {
  const page = await browser.newPage();
  page.on("console", (message) => message.type() === "log" && console.log(message.text()));
  const site = await serve(join(root, "benches"), "/");
  site.pages["/empty"] = "<!doctype html><title>bench</title>";
  await page.goto(`${site.origin}/empty`);
  return { page, text: readFileSync(wasm).toString("base64"), close: () => page.close().then(site.close) };
}

async function kernel(wasm) {
  const { page, text, close } = await empty(wasm);
  await page.evaluate(async (text) => {
    const { bench } = await import("/peers/wasm/run.mjs");
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    await bench(bytes, () => performance.now(), (row) => console.log(row.replace(/^wasm,/, "wasm-chromium,")));
  }, text);
  await close();
}

/** Whatever rows the program prints: nothing here knows them. */
async function simulate(wasm) {
  const { page, text, close } = await empty(wasm);
  await page.evaluate(async (text) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    let memory;
    const print_text = (start, length) => {
      const line = new TextDecoder().decode(new Uint8Array(memory.buffer, start, length));
      console.log(line.replace(/^warren,/, "warren-chromium,"));
    };
    const { instance } = await WebAssembly.instantiate(bytes, { bench: { now: () => performance.now(), print_text } });
    memory = instance.exports.memory;
    try {
      instance.exports.main(0, 0);
    } catch (error) {
      console.log(`# stopped: ${error}`);
    }
    console.log(`warren-chromium,memory,0,bytes,${memory.buffer.byteLength}`);
  }, text);
  await close();
}

/** Those of simulate.rs in which each message is acknowledged, as a reader of the page would run them. */
function script(messages, queues) {
  let text = "limits events 8000000 memory 400MB\nexchange logs fanout\n";
  let consumes = "";
  for (let queue = 1; queue <= queues; queue++) {
    text += `queue q${queue}\nbind q${queue} to logs\n`;
    consumes += `; consume q${queue} { ack }`;
  }
  const to = queues === 1 ? 'default key "q1"' : "logs";
  return `${text}consumer c { prefetch 100${consumes} }\npublisher p starts at 100ms { repeat ${messages} every 10us { publish "0123456789ab" to ${to} } }\n`;
}

async function shipped(dist) {
  const site = await serve(dist, "/");
  const page = await browser.newPage({ reducedMotion: "reduce" });
  page.setDefaultTimeout(300_000);
  await open(page, site.url);
  for (const [workload, messages, queues] of [["direct-1q", 300_000, 1], ["fanout-10q", 30_000, 10]]) {
    let least = Infinity;
    for (let round = 0; round < ROUNDS; round++) {
      // Another comment each time: the same text would not be run again.
      await write(page, `# round ${round}\n`);
      await page.waitForFunction(() => document.querySelector(".transport__step")?.textContent.includes("of 0"), null, { timeout: 5_000 }).catch(() => {});
      const took = page.evaluate(
        (expected) =>
          new Promise((resolve) => {
            const begun = performance.now();
            const before = document.querySelector(".transport__outcome")?.dataset.recording;
            const look = () => {
              const now = document.querySelector(".transport__outcome")?.dataset.recording;
              const steps = Number(document.querySelector(".transport__step")?.textContent.match(/of ([\d,]+)/)?.[1].replaceAll(",", "") ?? 0);
              if (now && now !== before && steps > expected) resolve(performance.now() - begun);
              else setTimeout(look, 5);
            };
            look();
          }),
        messages,
      );
      await write(page, `# ${round}\n${script(messages, queues)}`);
      least = Math.min(least, await took);
    }
    console.log(`warren-page,${workload},${messages},published_per_s,${((messages / least) * 1000).toFixed(0)}`);
  }
  await page.close();
  site.close();
}

if (given.kernel) await kernel(given.kernel);
if (given.bench) await simulate(given.bench);
if (given.page) await shipped(given.page);
await browser.close();
