// The line of the present event, marked in the text.

import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView } from "@codemirror/view";

/** Takes a position on the line, or null for no line. */
export const setLineMark = StateEffect.define();

const mark = Decoration.line({ class: "cm-eventLine" });

export const lineMark = StateField.define({
  create: () => Decoration.none,
  update(value, transaction) {
    let lines = value.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setLineMark)) continue;
      lines = effect.value === null ? Decoration.none : Decoration.set(mark.range(transaction.state.doc.lineAt(effect.value).from));
    }
    return lines;
  },
  provide: (field) => EditorView.decorations.from(field),
});
