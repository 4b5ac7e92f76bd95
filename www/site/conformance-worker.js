// The wasm broker: a case's bytes in, how it came out as JSON's bytes out; null when it listens, words when it fails.
// The build gives the name its hash.
import init from "./conformance.js";

init().catch((error) => postMessage(String(error)));
