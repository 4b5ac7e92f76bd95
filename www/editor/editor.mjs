// The script editor: CodeMirror 6 behind a small class. `src/web/platform/editor.rs` is its only caller.
//
// Rust decides what the text means: it sends highlights, diagnostics and the line of the moment, all in UTF-16 units.
// There is no lexer here, and nothing that comes from a script ever becomes HTML.

import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, indentOnInput, indentUnit } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Annotation, Compartment, EditorSelection, EditorState } from "@codemirror/state";
import {
  crosshairCursor, drawSelection, dropCursor, EditorView, highlightActiveLine, highlightActiveLineGutter,
  highlightSpecialChars, keymap, lineNumbers, rectangularSelection,
} from "@codemirror/view";

import { saveDraft } from "./draft.mjs";
import { braceIndent } from "./indent.mjs";
import { folding } from "./folding.mjs";
import { help } from "./help.mjs";
import { highlights, setHighlights } from "./highlights.mjs";
import { lineMark, setLineMark } from "./line_mark.mjs";
import { mendAtCursor, toCodeMirror } from "./diagnostics.mjs";
import { names, outline } from "./names.mjs";
import { Questions } from "./questions.mjs";
import { rename } from "./rename.mjs";
import { saying } from "./say.mjs";
import { signature } from "./signature.mjs";
import { theme } from "./theme.mjs";

// A change that the page made, not the person: neither stored as a draft nor reported back.
const External = Annotation.define();

/** Creates an editor inside `parent`; `options` are described at `Options` in editor.rs. */
export function create(parent, options) {
  return new Editor(parent, options);
}

class Editor {
  #view;
  #readOnly = new Compartment();
  #questions;

  constructor(parent, options) {
    this.#questions = new Questions(options.onAsk);
    this.#view = new EditorView({
      parent,
      state: EditorState.create({
        doc: options.doc,
        extensions: [
          this.#readOnly.of(readOnly(options.readOnly)),
          commands(options),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) this.#questions.forget();
          }),
          help(this.#questions),
          signature(this.#questions),
          names(this.#questions),
          rename(this.#questions),
          saying,
          basics(options.label),
          folding(this.#questions),
          highlights(options.tags),
          lineMark,
          lintGutter(),
          theme,
          EditorView.updateListener.of((update) => this.#updated(update, options)),
        ],
      }),
    });
  }

  #updated(update, { draftKey, onChange, onCursor }) {
    const typed = update.docChanged && !update.transactions.some((t) => t.annotation(External));
    if (typed) {
      const text = update.state.doc.toString();
      // First the draft, then the page: whatever happens there, the text is safe.
      saveDraft(draftKey, text);
      onChange?.(text);
    }
    if (update.selectionSet || typed) onCursor?.(update.state.selection.main.head);
  }

  /** Replaces the text; only what differs is touched, so that cursor, scroll position and undo survive. */
  setDoc(text) {
    const doc = this.#view.state.doc;
    const change = difference(doc.toString(), this.#view.state.toText(text).toString());
    if (change) this.#view.dispatch({ changes: change, annotations: External.of(true) });
  }

  /** `tokens`: from, to, tag number, and so on, ascending and not overlapping. */
  setHighlights(tokens) {
    this.#view.dispatch({ effects: setHighlights.of(tokens) });
  }

  setDiagnostics(list) {
    this.#view.dispatch(setDiagnostics(this.#view.state, toCodeMirror(list, this.#view.state.doc)));
  }

  /** Rust's answer to what `onAsk` was told; one that is no longer waited for is dropped. */
  answer(id, found) {
    this.#questions.answer(id, found);
  }

  /** Marks the line that holds this position as the place of the present event, or none. */
  markLine(from) {
    const at = from == null ? null : this.#clamp(from);
    this.#view.dispatch({ effects: setLineMark.of(at) });
  }

  /** Selects a range and brings it into the middle of the view. */
  reveal(from, to) {
    const range = EditorSelection.range(this.#clamp(from), this.#clamp(to));
    this.#view.dispatch({
      selection: EditorSelection.create([range]),
      effects: EditorView.scrollIntoView(range, { y: "center" }),
    });
  }

  /** Opens the list of what the script is made of. */
  outline() {
    outline(this.#questions, this.#view);
  }

  focus() {
    this.#view.focus();
  }

  setReadOnly(value) {
    this.#view.dispatch({ effects: this.#readOnly.reconfigure(readOnly(value)) });
  }

  destroy() {
    this.#questions.close();
    this.#view.destroy();
  }

  #clamp(position) {
    return Math.max(0, Math.min(position, this.#view.state.doc.length));
  }
}

/** The keys that are this editor's own; CodeMirror's come after them. */
function commands({ onFormat }) {
  const format = () => {
    onFormat?.();
    return true;
  };
  return keymap.of([
    { key: "Shift-Alt-f", run: format, preventDefault: true },
    { key: "Mod-.", run: mendAtCursor, preventDefault: true },
  ]);
}

function basics(label) {
  return [
    lineNumbers(),
    highlightActiveLineGutter(),
    highlightSpecialChars(),
    history(),
    drawSelection(),
    dropCursor(),
    rectangularSelection(),
    crosshairCursor(),
    EditorState.allowMultipleSelections.of(true),
    indentUnit.of("  "),
    braceIndent,
    indentOnInput(),
    bracketMatching(),
    highlightActiveLine(),
    highlightSelectionMatches(),
    search({ top: true }),
    EditorState.languageData.of(() => [{ commentTokens: { line: "#" }, indentOnInput: /^\s*\}$/ }]),
    // Escape, then Tab leaves the editor: CodeMirror sees to that.
    keymap.of([...defaultKeymap, ...searchKeymap, ...historyKeymap, ...lintKeymap, indentWithTab]),
    EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", autocorrect: "off", autocapitalize: "off" }),
  ];
}

function readOnly(value) {
  // Still focusable, so that it can be read, searched and copied by keyboard.
  return [EditorState.readOnly.of(value), EditorView.contentAttributes.of(value ? { "aria-readonly": "true" } : {})];
}

/** The one change that turns `before` into `after`, or null. */
function difference(before, after) {
  if (before === after) return null;
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let end = 0;
  while (end < shorter - start && before.charCodeAt(before.length - 1 - end) === after.charCodeAt(after.length - 1 - end)) end++;
  return { from: start, to: before.length - end, insert: after.slice(start, after.length - end) };
}
