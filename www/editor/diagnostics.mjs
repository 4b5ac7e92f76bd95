// Rust's diagnostics in CodeMirror's form.

import { forEachDiagnostic } from "@codemirror/lint";

/** `doc` may be newer than the list: what lies outside it is moved to its end. */
export function toCodeMirror(list, doc) {
  const { length } = doc;
  const clamp = (position) => Math.max(0, Math.min(position, length));
  return list.map(({ from, to, severity, message, code, hint, fix }) => ({
    from: clamp(from),
    to: Math.max(clamp(from), clamp(to)),
    severity,
    message, // what a screen reader is told
    source: code || undefined,
    renderMessage: () => describe(message, hint),
    actions: fix ? [{ name: fix.title, apply: (view) => mend(view, fix.edits, doc) }] : undefined,
  }));
}

/** Carries a fix out, in the text that it was made for; in a newer one it would hit other places. */
function mend(view, edits, doc) {
  if (view.state.doc.eq(doc) && edits.every(({ to }) => to <= doc.length)) {
    view.dispatch({ changes: edits, userEvent: "input.fix", scrollIntoView: true });
  }
}

/** A key's command: takes the fix of the first problem at the cursor that has one. */
export function mendAtCursor(view) {
  const { head } = view.state.selection.main;
  let found = null;
  forEachDiagnostic(view.state, (diagnostic, from, to) => {
    if (!found && from <= head && head <= to && diagnostic.actions?.length) found = { diagnostic, from, to };
  });
  found?.diagnostic.actions[0].apply(view, found.from, found.to);
  return found !== null;
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
