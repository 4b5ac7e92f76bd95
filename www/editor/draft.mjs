// The text as last typed, kept where a crash of the page cannot reach it. index.html reads it when all else has failed.

/** Without a key nothing is kept: a page inside another page must not replace what its reader wrote elsewhere. */
export function saveDraft(key, text) {
  if (!key) return;
  try {
    localStorage.setItem(key, text);
  } catch {
    // No storage here (a sandboxed frame, a private window), or it is full: typing goes on without it.
  }
}
