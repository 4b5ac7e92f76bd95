// What Rust knows about a word: completion, hover and the way to the documentation.

import { autocompletion, completionKeymap, pickedCompletion } from "@codemirror/autocomplete";
import { hoverTooltip, keymap } from "@codemirror/view";

import { part } from "./say.mjs";

export function help(questions) {
  return [
    autocompletion({ override: [(context) => complete(questions, context)], icons: false, defaultKeymap: false }),
    hoverTooltip((view, at) => hover(questions, view, at)),
    keymap.of([...completionKeymap, { key: "F1", run: (view) => openReference(questions, view), preventDefault: true }]),
  ];
}

async function complete(questions, context) {
  const { pos, state, explicit } = context;
  // Unasked only where a word has begun or a field follows: elsewhere Enter and Tab mean what they always mean.
  if (!explicit && !/[\w.-]/.test(state.sliceDoc(Math.max(0, pos - 1), pos))) return null;
  const found = await questions.ask("completion", pos);
  if (!found || context.aborted || found.from > pos) return null;
  const typed = state.sliceDoc(found.from, pos);
  // A word that is written out needs no list, and Enter after it is a new line.
  if (!explicit && found.items[0]?.label === typed) return null;
  // Rust has chosen and ordered; it is asked again at the next key.
  return { from: found.from, to: Math.max(pos, found.to), filter: false, options: found.items.map(option) };
}

function option({ label, detail, help, insert, back }) {
  return {
    label,
    // A form begins with its word, which stands there already.
    detail: (detail.startsWith(`${label} `) ? detail.slice(label.length + 1) : detail) || undefined,
    info: help || undefined,
    apply: (view, completion, from, to) =>
      view.dispatch({
        changes: { from, to, insert },
        selection: { anchor: from + insert.length - back },
        annotations: pickedCompletion.of(completion),
        userEvent: "input.complete",
        scrollIntoView: true,
      }),
  };
}

async function hover(questions, view, at) {
  const found = await questions.ask("hover", at);
  if (!found || found.to > view.state.doc.length) return null;
  return { pos: found.from, end: found.to, above: true, create: () => ({ dom: describe(found) }) };
}

/** As text nodes: it may quote the script, and a script may hold anything. */
function describe({ title, text, field, link }) {
  const box = document.createElement("div");
  box.className = "cm-help";
  box.append(part("code", "cm-helpTitle", title));
  if (text) box.append(part("div", "cm-helpText", text));
  if (field) box.append(part("div", "cm-helpField", field));
  if (link) {
    const anchor = part("a", "cm-helpLink", "Documentation");
    anchor.href = address(link);
    anchor.target = "_blank";
    anchor.rel = "noopener";
    box.append(anchor);
  }
  return box;
}

function openReference(questions, view) {
  questions.ask("reference", view.state.selection.main.head).then((found) => {
    if (found?.link) window.open(address(found.link), "_blank", "noopener");
  });
  return true;
}

function address(link) {
  return `docs/${link}`;
}
