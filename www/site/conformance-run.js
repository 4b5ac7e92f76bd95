// The button of the page on conformance: loads the recorded cases, runs them on the wasm broker in a worker and sets
// what comes out beside what the build counted.

const [box, start, progress, said] = ["run", "run-start", "run-progress", "run-said"].map((id) => document.getElementById(id));
const encoder = new TextEncoder();
const decoder = new TextDecoder();

box.hidden = false;
start.addEventListener("click", async () => {
  start.disabled = true;
  progress.hidden = false;
  progress.removeAttribute("value");
  say("Loading the cases …");
  try {
    const cases = await load();
    const begun = performance.now();
    const reports = await replay(cases, (done) => {
      progress.max = cases.length;
      progress.value = done;
      say(`${done} of ${cases.length} cases`);
    });
    show(cases, reports, (performance.now() - begun) / 1000);
  } catch (error) {
    say(`The cases could not be run here: ${error.message ?? error}`);
  }
  progress.hidden = true;
  start.disabled = false;
  start.textContent = "Run them again";
});

/** The list of `{ version, case }`, each case as its text. */
async function load() {
  const response = await fetch("cases.json.zlib");
  if (!response.ok) throw new Error(`${response.status} for the cases`);
  const plain = response.body.pipeThrough(new DecompressionStream("deflate"));
  return new Response(plain).json();
}

/** Has each case replayed; the reports `{ name, area, failure }` in the same order. */
function replay(cases, onProgress) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("conformance-worker.js", import.meta.url), { type: "module" });
    const reports = [];
    const finish = (settle, value) => {
      worker.terminate();
      settle(value);
    };
    const send = () => {
      const bytes = encoder.encode(cases[reports.length].case);
      worker.postMessage(bytes, [bytes.buffer]);
    };
    worker.onerror = (event) => finish(reject, new Error(event.message || "the worker could not be loaded"));
    worker.onmessage = ({ data }) => {
      if (typeof data === "string") return finish(reject, new Error(data));
      if (data !== null) {
        reports.push(JSON.parse(decoder.decode(data)));
        if (reports.length % 16 === 0) onProgress(reports.length);
      }
      if (reports.length === cases.length) finish(resolve, reports);
      else send();
    };
  });
}

/** Sets each cell to what came out here, and says whether that is what the build counted. */
function show(cases, reports, seconds) {
  const held = new Map();
  const count = (version, area, passed) => {
    const key = `${version} ${area}`;
    held.set(key, (held.get(key) ?? 0) + (passed ? 1 : 0));
  };
  reports.forEach(({ area, failure }, at) => {
    count(cases[at].version, area, failure === null);
    count(cases[at].version, "", failure === null);
  });
  let differing = 0;
  for (const cell of document.querySelectorAll("#areas td[data-version]")) {
    const { version, area, held: native, cases: all } = cell.dataset;
    const here = held.get(`${version} ${area}`) ?? 0;
    cell.dataset.here = here;
    const natively = native === all ? native : `${native} of ${all}`;
    cell.textContent = here === Number(native) ? `${natively} ✓` : `${here} here, ${natively} natively`;
    cell.classList.toggle("good", here === Number(native));
    cell.classList.toggle("bad", here !== Number(native));
    if (here !== Number(native)) differing++;
  }
  const passed = reports.filter(({ failure }) => failure === null).length;
  const sum = `${reports.length} cases in ${seconds.toFixed(1)} s: ${passed} held, ${reports.length - passed} did not.`;
  say(`${sum} ${differing === 0 ? "The counts are those of the native broker." : "The counts are not those of the native broker."}`);
  const failures = reports.filter(({ failure }) => failure !== null).slice(0, 20);
  for (const { name, failure } of failures) console.log(`${name}: ${failure}`);
}

function say(words) {
  said.textContent = words;
}
