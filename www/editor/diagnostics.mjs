// Rust's diagnostics in CodeMirror's form.

/** The text may be newer than the list: what lies outside it is moved to its end. */
export function toCodeMirror(list, length) {
  const clamp = (position) => Math.max(0, Math.min(position, length));
  return list.map(({ from, to, severity, message, code, hint }) => ({
    from: clamp(from),
    to: Math.max(clamp(from), clamp(to)),
    severity,
    message, // what a screen reader is told
    source: code || undefined,
    renderMessage: () => describe(message, hint),
  }));
}

/** As text nodes: a message may quote the script, and a script may hold anything. */
function describe(message, hint) {
  const box = document.createElement("div");
  box.append(line("cm-diagnosticMessage", message));
  if (hint) box.append(line("cm-diagnosticHint", hint));
  return box;
}

function line(className, text) {
  const element = document.createElement("div");
  element.className = className;
  element.textContent = text;
  return element;
}
