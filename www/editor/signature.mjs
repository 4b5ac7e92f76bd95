// The signature of the statement that is being typed: its form, what comes next, its options. It stands above the
// statement, so that the list of completions below it stays free.

import { Prec, StateEffect, StateField } from "@codemirror/state";
import { EditorView, keymap, showTooltip, ViewPlugin } from "@codemirror/view";

import { inCode, inView, part } from "./say.mjs";

// What is typed at a stretch is asked about once.
const PAUSE_MS = 120;
// In a text as long as this nothing is asked that nobody asked for.
export const UNASKED_MAX = 200_000;

const setSignature = StateEffect.define();

// What is shown: Rust's answer, and whether it was asked for by key.
const shown = StateField.define({
  create: () => null,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(setSignature)) return effect.value;
    if (!value || !transaction.docChanged) return value;
    return { ...value, from: transaction.changes.mapPos(value.from, -1) };
  },
  provide: (field) => showTooltip.from(field, (value) => value && tooltip(value)),
});

function tooltip(value) {
  const create = (view) => {
    // It stays in the editor.
    value.dom.style.maxWidth = `max(16rem, ${view.contentDOM.parentElement.clientWidth - view.contentDOM.offsetLeft - 16}px)`;
    return { dom: value.dom, getCoords: (at) => inView(view, at) };
  };
  return { pos: value.from, above: true, create };
}

export function signature(questions) {
  const watch = ViewPlugin.define((view) => new Watch(view, questions));
  return [
    shown,
    watch,
    EditorView.domEventHandlers({ blur: (event, view) => view.plugin(watch)?.close() }),
    // The list of completions takes Escape first.
    keymap.of([{ key: "Escape", run: (view) => view.plugin(watch)?.dismiss() ?? false }]),
    Prec.high(keymap.of([{ key: "Mod-Shift-Space", run: (view) => view.plugin(watch)?.open() ?? false, preventDefault: true }])),
  ];
}

class Watch {
  #timer = 0;
  // The statement that Escape was pressed in: it is let alone.
  #dismissed = null;
  #told = "";

  constructor(view, questions) {
    this.view = view;
    this.questions = questions;
  }

  update(update) {
    if (update.docChanged && this.#dismissed !== null) this.#dismissed = update.changes.mapPos(this.#dismissed, -1);
    const typed = update.transactions.some((t) => t.isUserEvent("input") || t.isUserEvent("delete"));
    const isOpen = update.state.field(shown) !== null;
    if (typed || (isOpen && (update.docChanged || update.selectionSet))) this.#later();
  }

  open() {
    this.#dismissed = null;
    this.#ask(true);
    return true;
  }

  close() {
    clearTimeout(this.#timer);
    // Not while the view is being updated.
    if (this.view.state.field(shown)) queueMicrotask(() => this.#show(null));
  }

  dismiss() {
    const value = this.view.state.field(shown);
    if (!value) return false;
    this.#dismissed = value.begins;
    this.#show(null);
    return true;
  }

  destroy() {
    clearTimeout(this.#timer);
  }

  #later() {
    clearTimeout(this.#timer);
    if (this.view.state.doc.length <= UNASKED_MAX) this.#timer = setTimeout(() => this.#ask(false), PAUSE_MS);
  }

  async #ask(byKey) {
    const { doc, selection } = this.view.state;
    const { head, empty } = selection.main;
    const found = empty && this.view.hasFocus ? await this.questions.ask("signature", head) : null;
    // A newer text is asked about by itself.
    if (!this.view.state.doc.eq(doc)) return;
    const wasByKey = this.view.state.field(shown)?.byKey && this.view.state.field(shown).begins === found?.from;
    const isWanted = found && found.from !== this.#dismissed && (found.options.length > 0 || byKey || wasByKey);
    if (!isWanted) return this.#show(null);
    const line = doc.lineAt(head);
    const from = found.from >= line.from ? found.from : line.from + line.text.search(/\S|$/);
    const isWhole = byKey || wasByKey;
    this.#show({ from, begins: found.from, byKey: isWhole, dom: describe(found, isWhole) });
    this.#tell(found, byKey);
  }

  /** To a screen reader: what was asked for, and each option that is begun. */
  #tell({ title, text, options }, byKey) {
    const current = options.find((option) => option.is_current);
    const words = current ? `${current.text}: ${current.help}` : byKey ? `${title}. Next: ${text}` : "";
    if (words && words !== this.#told) this.view.dispatch({ effects: EditorView.announce.of(words) });
    this.#told = words;
  }

  #show(value) {
    if (value || this.view.state.field(shown, false)) this.view.dispatch({ effects: setSignature.of(value) });
  }
}

function describe({ title, text, options }, isWhole) {
  const box = part("div", "cm-signature", "");
  if (isWhole) box.classList.add("cm-signature-whole");
  box.append(part("code", "cm-signatureForm", title));
  const current = options.find((option) => option.is_current);
  if (current) {
    const line = part("div", "cm-signatureNext", "");
    line.append(part("code", "cm-signatureCurrent", current.text), ` ${current.help}`);
    box.append(line);
  } else if (text && (isWhole || options.length === 0)) {
    box.append(inCode("div", "cm-signatureNext", `next: ${text}`));
  }
  // While one types there is a line for what is being written, or for what may be.
  if (options.length > 0 && (isWhole || !current)) {
    const list = part("div", "cm-signatureOptions", "");
    for (const { text: option, is_used, is_current } of options) {
      const word = part("span", "", option.split(" ")[0]);
      if (is_used) word.className = "cm-signatureUsed";
      if (is_current) word.className = "cm-signatureCurrent";
      list.append(word, " ");
    }
    box.append(list);
  }
  return box;
}
