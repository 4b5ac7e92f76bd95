// Rust's tokens as CSS classes. Only what is on the screen is decorated; between two deliveries the tokens move with
// the edits, so that typing never makes the colours jump.

import { Facet, RangeSetBuilder, StateEffect, StateField } from "@codemirror/state";
import { Decoration, ViewPlugin } from "@codemirror/view";

/** Takes a Uint32Array: from, to, tag number, and so on, in UTF-16 units, ascending and not overlapping. */
export const setHighlights = StateEffect.define();

// The names that the tag numbers stand for.
const tagNames = Facet.define({ combine: (values) => values[0] ?? [] });

// The tokens as delivered, and what was typed since (null: nothing).
const delivered = StateField.define({
  create: () => ({ tokens: new Uint32Array(), since: null }),
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(setHighlights)) return { tokens: effect.value, since: null };
    if (!transaction.docChanged) return value;
    const { desc } = transaction.changes;
    return { tokens: value.tokens, since: value.since ? value.since.composeDesc(desc) : desc };
  },
});

class Highlighter {
  constructor(view, marks) {
    this.marks = marks;
    this.decorations = this.#decorate(view);
  }

  update(update) {
    const fresh = update.startState.field(delivered).tokens !== update.state.field(delivered).tokens;
    if (fresh || update.docChanged || update.viewportChanged) this.decorations = this.#decorate(update.view);
  }

  #decorate(view) {
    const builder = new RangeSetBuilder();
    let done = 0;
    for (const { from, to } of view.visibleRanges) {
      for (const token of tokensBetween(view.state, from, to)) {
        // A token that spans two visible ranges is met twice.
        if (token.from >= done && token.to > token.from && this.marks[token.tag]) {
          builder.add(token.from, token.to, this.marks[token.tag]);
          done = token.to;
        }
      }
    }
    return builder.finish();
  }
}

export function highlights(tags) {
  const marks = tags.map((name) => Decoration.mark({ class: `tok-${name}` }));
  const plugin = ViewPlugin.define((view) => new Highlighter(view, marks), { decorations: (value) => value.decorations });
  return [tagNames.of(tags), delivered, plugin];
}

/** Whether a position stands in a string or a comment, where a brace is only a character. */
export function isInsideText(state, position) {
  const names = state.facet(tagNames);
  for (const { from, to, tag } of tokensBetween(state, position, position + 1)) {
    if (from <= position && position < to) return names[tag] === "string" || names[tag] === "comment";
  }
  return false;
}

/** The tokens that touch a range of the present text, moved along with what was typed since they came. */
function* tokensBetween(state, from, to) {
  const { tokens, since } = state.field(delivered);
  const length = state.doc.length;
  const now = (position, side) => Math.min(length, since ? since.mapPos(position, side) : position);
  // The first token that ends after `from`.
  let low = 0;
  let high = tokens.length / 3;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (now(tokens[middle * 3 + 1], -1) <= from) low = middle + 1;
    else high = middle;
  }
  for (; low < tokens.length / 3; low++) {
    const token = { from: now(tokens[low * 3], 1), to: now(tokens[low * 3 + 1], -1), tag: tokens[low * 3 + 2] };
    if (token.from >= to) return;
    yield token;
  }
}
