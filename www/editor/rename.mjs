// F2: the name at the cursor is called otherwise, wherever it stands. Rust says whether it can be, as one types.

import { isolateHistory } from "@codemirror/commands";
import { StateEffect, StateField } from "@codemirror/state";
import { EditorView, keymap, showTooltip } from "@codemirror/view";

import { inCode, inView, part, say } from "./say.mjs";

const setField = StateEffect.define();

// The field, as a tooltip under the name; a change of the text ends it.
const field = StateField.define({
  create: () => null,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(setField)) return effect.value;
    return transaction.docChanged ? null : value;
  },
  provide: (field) => showTooltip.from(field),
});

export function rename(questions) {
  return [field, keymap.of([{ key: "F2", run: (view) => begin(questions, view), preventDefault: true }])];
}

function begin(questions, view) {
  if (view.state.readOnly) return false;
  const { head } = view.state.selection.main;
  const { doc } = view.state;
  questions.ask("name", head).then((found) => {
    if (!view.state.doc.eq(doc)) return;
    if (found === null) say(view, head, "there is no name here");
    if (!found) return;
    const tooltip = { pos: found.from, create: () => ask(questions, view, head, found) };
    view.dispatch({ effects: setField.of(tooltip) });
  });
  return true;
}

function ask(questions, view, at, { title, text, places }) {
  const dom = part("form", "cm-rename", "");
  const input = part("input", "cm-textfield", "");
  const why = part("div", "cm-renameWhy", "");
  const id = "cm-rename-why";
  const count = `${places.length} ${places.length === 1 ? "place" : "places"}`;
  input.value = text;
  why.id = id;
  for (const [name, value] of Object.entries({
    type: "text", "aria-label": `New name of the ${title} ${text}`, "aria-describedby": id, autocomplete: "off", autocapitalize: "off", spellcheck: "false",
  })) input.setAttribute(name, value);
  why.setAttribute("aria-live", "polite");
  const isSame = () => input.value === text;
  let edits = null;
  const tell = (words, isBad) => {
    why.replaceChildren(...inCode("div", "", words).childNodes);
    dom.classList.toggle("cm-renameBad", isBad);
    input.setAttribute("aria-invalid", String(isBad));
  };
  const close = () => {
    if (view.state.field(field)) view.dispatch({ effects: setField.of(null) });
  };
  const check = async () => {
    edits = null;
    input.size = width(input.value);
    if (isSame()) return tell(`${title}, ${count}: Enter renames, Escape leaves it`, false);
    const name = input.value;
    const found = await questions.ask("rename", at, { text: name });
    if (!found || name !== input.value) return;
    const isBad = found.places.length === 0;
    edits = isBad ? null : found.places;
    tell(isBad ? found.text : `${title}, ${count}: Enter renames, Escape leaves it`, isBad);
  };
  const end = () => {
    close();
    view.focus();
  };
  dom.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!edits) await check();
    if (isSame()) return end();
    if (!edits) return;
    const changes = edits.map(({ from, to, text: insert }) => ({ from, to, insert }));
    view.focus();
    view.dispatch({
      changes,
      effects: [setField.of(null), EditorView.announce.of(`renamed in ${count}`)],
      annotations: isolateHistory.of("full"),
      userEvent: "input.rename",
    });
  });
  dom.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key !== "Escape") return;
    event.preventDefault();
    end();
  });
  dom.addEventListener("focusout", (event) => {
    // Not while the view takes it away itself.
    if (!dom.contains(event.relatedTarget)) queueMicrotask(close);
  });
  input.addEventListener("input", check);
  dom.append(input, why);
  check();
  return {
    dom,
    getCoords: (place) => inView(view, place),
    mount: () => {
      input.focus();
      input.select();
    },
  };
}

const width = (name) => Math.max(12, Math.min([...name].length + 1, 40));
