// A sentence at a place of the text, for a moment: why a key did nothing. A screen reader is told it, too.

import { StateEffect, StateField } from "@codemirror/state";
import { EditorView, showTooltip } from "@codemirror/view";

const setSaying = StateEffect.define();

/** It goes with the next key or movement. */
export const saying = StateField.define({
  create: () => null,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(setSaying)) return effect.value;
    return transaction.docChanged || transaction.selection ? null : value;
  },
  provide: (field) => showTooltip.from(field),
});

export function say(view, pos, words) {
  const create = () => ({ dom: part("div", "cm-saying", words), getCoords: (at) => inView(view, at) });
  const tooltip = { pos, above: true, create };
  view.dispatch({ effects: [setSaying.of(tooltip), EditorView.announce.of(words)] });
  setTimeout(() => {
    if (view.state.field(saying, false) === tooltip) view.dispatch({ effects: setSaying.of(null) });
  }, 4000);
}

/** Where a tooltip of a place stands: a place that is scrolled out to the left has it at the edge. */
export function inView(view, pos) {
  const place = view.coordsAtPos(pos);
  const left = view.scrollDOM.getBoundingClientRect().left + view.contentDOM.offsetLeft;
  return place && place.left < left ? { ...place, left, right: left } : place;
}

/** An element with a text: what comes from a script never becomes HTML. */
export function part(tag, className, text) {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

/** The same, with what stands between backticks as code. */
export function inCode(tag, className, text) {
  const element = part(tag, className, "");
  text.split("`").forEach((words, at) => {
    if (words) element.append(at % 2 ? part("code", "cm-code", words) : words);
  });
  return element;
}
