// The workloads of simulate.rs in Chromium, in the page as it is shipped: from the keystroke to the finished run, full
// recording, progress and panels included. Needs dist/ (.ci/build). Prints `peer,workload,n,metric,value`.

import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { open, write } from "../tests/journeys/hands.mjs";
import { serve } from "../tests/journeys/server.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const { chromium } = createRequire(join(root, "www/editor/package.json"))("playwright-core");
const ROUNDS = 3;

function script(messages, queues) {
  let text = "limits events 8000000 memory 400MB\nexchange logs fanout\n";
  for (let queue = 1; queue <= queues; queue++) {
    text += `queue q${queue}\nbind q${queue} to logs\nconsumer c${queue} { prefetch 100; consume q${queue} { ack } }\n`;
  }
  const to = queues === 1 ? 'default key "q1"' : "logs";
  return `${text}publisher p starts at 100ms { repeat ${messages} every 10us { publish "0123456789ab" to ${to} } }\n`;
}

const site = await serve(join(root, "dist"), "/");
const browser = await chromium.launch({ executablePath: process.env.CHROME, args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
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
  console.log(`warren-chromium,${workload},${messages},published_per_s,${((messages / least) * 1000).toFixed(0)}`);
}
await browser.close();
site.close();
