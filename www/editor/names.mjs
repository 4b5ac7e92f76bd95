// The name at the cursor: where else it stands is marked, F12 goes to where it is made, Shift-F12 lists its uses, and the
// outline lists all that the script is made of.

import { Prec, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, keymap, ViewPlugin } from "@codemirror/view";

import { pick } from "./pick.mjs";
import { say } from "./say.mjs";
import { UNASKED_MAX } from "./signature.mjs";

// A cursor that only passes by is not asked about.
const PAUSE_MS = 150;

const setUses = StateEffect.define();
const setLook = StateEffect.define();
const use = Decoration.mark({ class: "cm-use" });
const look = Decoration.mark({ class: "cm-useLook" });

const marks = (effectOf) =>
  StateField.define({
    create: () => Decoration.none,
    update(value, transaction) {
      let marks = value.map(transaction.changes);
      for (const effect of transaction.effects) if (effect.is(effectOf)) marks = effect.value;
      return marks;
    },
    // Around the colours of the words, not within each.
    provide: (field) => Prec.lowest(EditorView.decorations.from(field)),
  });
const uses = marks(setUses);
const looked = marks(setLook);

export function names(questions) {
  return [
    uses,
    looked,
    ViewPlugin.define((view) => new Watch(view, questions)),
    // A click with Ctrl (or Cmd) goes to where the name is made; with Alt it adds a cursor.
    EditorView.clickAddsSelectionRange.of((event) => event.altKey),
    EditorView.domEventHandlers({ click: (event, view) => isJump(event) && jump(questions, view, event) }),
    keymap.of([
      { key: "F12", run: (view) => goToDefinition(questions, view, view.state.selection.main.head), preventDefault: true },
      { key: "Shift-F12", run: (view) => listUses(questions, view), preventDefault: true },
      { key: "Mod-Shift-o", run: (view) => outline(questions, view), preventDefault: true },
    ]),
  ];
}

/** Marks the places of the name at the cursor, where there are others. */
class Watch {
  #timer = 0;

  constructor(view, questions) {
    this.view = view;
    this.questions = questions;
  }

  update(update) {
    if (!update.docChanged && !update.selectionSet && !update.focusChanged) return;
    clearTimeout(this.#timer);
    if (update.state.doc.length <= UNASKED_MAX) this.#timer = setTimeout(() => this.#ask(), PAUSE_MS);
  }

  destroy() {
    clearTimeout(this.#timer);
  }

  async #ask() {
    const { view } = this;
    const { doc, selection } = view.state;
    const { head, empty } = selection.main;
    const found = empty && view.hasFocus ? await this.questions.ask("name", head, { kind: "uses" }) : null;
    if (!view.state.doc.eq(doc) || view.state.selection.main.head !== head) return;
    const others = found && found.places.length > 1 ? found.places : [];
    if (others.length === 0 && view.state.field(uses).size === 0) return;
    view.dispatch({ effects: setUses.of(Decoration.set(others.map(({ from, to }) => use.range(from, to)), true)) });
  }
}

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
const isJump = (event) => event.button === 0 && !event.altKey && !event.shiftKey && (isMac ? event.metaKey : event.ctrlKey);

function jump(questions, view, event) {
  const at = view.posAtCoords({ x: event.clientX, y: event.clientY }, false);
  goToDefinition(questions, view, at);
  return true;
}

function goToDefinition(questions, view, at) {
  ask(questions, view, at).then((found) => {
    if (!found) return;
    const made = found.places.find((place) => place.declares);
    if (made) go(view, made);
    else say(view, found.from, `no statement makes the ${found.title} ${found.text}`);
  });
  return true;
}

function listUses(questions, view) {
  const { head } = view.state.selection.main;
  ask(questions, view, head).then((found) => {
    if (!found) return;
    const items = found.places.map(({ from, to, text, line, declares }) => ({
      label: text, note: declares ? `made here · ${line}` : String(line), from, to,
    }));
    show(view, {
      title: `${found.title} ${found.text}: ${items.length} ${items.length === 1 ? "place" : "places"}`,
      items,
      start: items.findIndex(({ from }) => from === found.from),
    });
  });
  return true;
}

/** Lists what the script is made of. */
export function outline(questions, view) {
  const { head } = view.state.selection.main;
  questions.ask("outline", 0).then((found) => {
    if (!found) return;
    const items = found.places.map(({ from, to, text, line, depth }) => ({ label: text, note: String(line), indent: depth, from, to }));
    show(view, {
      title: "Outline",
      items,
      start: items.findLastIndex(({ from }) => from <= head),
    });
  });
  return true;
}

/** The list; what is looked at is in view, and where nothing is picked the text is as it was. */
function show(view, { title, items, start }) {
  const { scrollTop } = view.scrollDOM;
  const { doc } = view.state;
  const mark = (effects) => view.dispatch({ effects });
  pick(view, {
    title,
    hint: title,
    items,
    start,
    onLook: ({ from, to }) => {
      if (!view.state.doc.eq(doc)) return;
      const end = Math.min(to, view.state.doc.lineAt(from).to);
      const marked = end > from ? Decoration.set(look.range(from, end)) : Decoration.none;
      mark([setLook.of(marked), EditorView.scrollIntoView(from, { y: "center" })]);
      uncover(view, from);
    },
    onPick: (item) => {
      mark(setLook.of(Decoration.none));
      if (view.state.doc.eq(doc)) go(view, item);
    },
    onLeave: () => {
      mark(setLook.of(Decoration.none));
      view.scrollDOM.scrollTop = scrollTop;
    },
  });
}

/** The list goes to the other end of the editor where it would cover what is looked at. */
function uncover(view, from) {
  view.requestMeasure({
    read: () => {
      const box = view.dom.querySelector(".cm-pick")?.getBoundingClientRect();
      const line = view.coordsAtPos(from);
      return box && line && line.bottom > box.top && line.top < box.bottom;
    },
    write: (covers) => covers && view.dom.querySelector(".cm-pick").classList.toggle("cm-pick-low"),
  });
}

/** The name there, or a sentence. */
async function ask(questions, view, at) {
  const { doc } = view.state;
  const found = await questions.ask("name", at);
  if (!view.state.doc.eq(doc)) return null;
  if (found === null) say(view, at, "there is no name here");
  return found;
}

// Without a userEvent, so that Ctrl-U comes back from each jump by itself.
function go(view, { from }) {
  view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
}
