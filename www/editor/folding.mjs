// What Rust says can be folded, for CodeMirror's folding: marks in the gutter, keys.

import { codeFolding, foldGutter, foldKeymap, foldService } from "@codemirror/language";
import { RangeSet, RangeValue, StateEffect, StateField } from "@codemirror/state";
import { keymap, ViewPlugin } from "@codemirror/view";

import { part } from "./say.mjs";

const PAUSE_MS = 300;
// Until the worker listens it answers nothing.
const TRIES = 5;

const setRanges = StateEffect.define();
const range = new (class extends RangeValue {})();

// Between two answers the ranges move along with what is typed.
const ranges = StateField.define({
  create: () => RangeSet.empty,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(setRanges)) return effect.value;
    return value.map(transaction.changes);
  },
});

export function folding(questions) {
  return [
    ranges,
    ViewPlugin.define((view) => new Watch(view, questions)),
    foldService.of(outermost),
    codeFolding(),
    foldGutter({
      foldingChanged: (update) => update.startState.field(ranges) !== update.state.field(ranges),
      markerDOM: (isOpen) => {
        const mark = part("span", isOpen ? "cm-foldMark" : "cm-foldMark cm-foldMark-folded", "");
        mark.title = isOpen ? "Fold" : "Unfold";
        return mark;
      },
    }),
    keymap.of(foldKeymap),
  ];
}

/** What begins on a line and goes beyond it; of several the longest. */
function outermost(state, lineStart, lineEnd) {
  let found = null;
  state.field(ranges).between(lineStart, lineEnd, (from, to) => {
    if (from >= lineStart && to > lineEnd && to > (found?.to ?? 0)) found = { from, to };
  });
  return found;
}

class Watch {
  #timer = 0;

  constructor(view, questions) {
    this.view = view;
    this.questions = questions;
    this.#later(TRIES);
  }

  update(update) {
    if (update.docChanged) this.#later(TRIES);
  }

  destroy() {
    clearTimeout(this.#timer);
  }

  #later(tries) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(tries), PAUSE_MS);
  }

  async #ask(tries) {
    const { doc } = this.view.state;
    const found = await this.questions.ask("folds", 0);
    if (!this.view.state.doc.eq(doc)) return;
    if (!found) {
      if (tries > 1) this.#later(tries - 1);
      return;
    }
    const places = found.places.filter(({ from, to }) => from < to && to <= doc.length);
    this.view.dispatch({ effects: setRanges.of(RangeSet.of(places.map(({ from, to }) => range.range(from, to)), true)) });
  }
}
