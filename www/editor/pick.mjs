// A list over the editor to pick a place of the text from: the outline, the uses of a name. It takes no room of the text.

import { part } from "./say.mjs";

let count = 0;

/** `items`: { label, note, indent, from, to }; `start` is the first shown as chosen. `onLook` is told each item that is
 * looked at, `onPick` the one picked; `onLeave` that none was. */
export function pick(view, { title, hint, items, start = 0, onLook, onPick, onLeave }) {
  view.dom.querySelector(".cm-pick")?.leave();
  const before = document.activeElement;
  // On a phone the focus of a text field brings up a keyboard, which nobody asked for.
  const isTouched = matchMedia("(pointer: coarse)").matches;
  const id = `cm-pick-${++count}`;
  const box = part("div", "cm-pick", "");
  box.setAttribute("role", "dialog");
  box.setAttribute("aria-label", title);
  const input = part("input", "cm-textfield cm-pickInput", "");
  const list = part("ul", "cm-pickList", "");
  for (const [name, value] of Object.entries({
    type: "text", role: "combobox", placeholder: hint, "aria-label": title, "aria-expanded": "true",
    "aria-autocomplete": "list", "aria-controls": id, autocomplete: "off", autocapitalize: "off", spellcheck: "false",
  })) input.setAttribute(name, value);
  list.id = id;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", title);
  list.tabIndex = -1;

  const rows = items.map((item, at) => row(item, `${id}-${at}`));
  const none = part("li", "cm-pickNone", "nothing of that name");
  none.setAttribute("role", "presentation");
  let chosen = -1;
  let left = false;

  const visible = () => rows.map((_, at) => at).filter((at) => !rows[at].hidden);
  const choose = (at, looks = true) => {
    rows[chosen]?.removeAttribute("aria-selected");
    chosen = at;
    const now = rows[at];
    now?.setAttribute("aria-selected", "true");
    now?.scrollIntoView({ block: "nearest" });
    for (const element of [input, list]) {
      if (now) element.setAttribute("aria-activedescendant", now.id);
      else element.removeAttribute("aria-activedescendant");
    }
    if (looks && now) onLook?.(items[at]);
  };
  const filter = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    rows.forEach((element, at) => {
      const label = items[at].label.toLowerCase();
      element.hidden = !words.every((word) => label.includes(word));
    });
    const left = visible();
    none.hidden = left.length > 0;
    choose(left.includes(chosen) ? chosen : left[0] ?? -1);
  };
  const step = (by) => {
    const all = visible();
    if (all.length === 0) return;
    const at = all.indexOf(chosen) + by;
    choose(all[Math.abs(by) === 1 ? (at + all.length) % all.length : Math.max(0, Math.min(at, all.length - 1))]);
  };
  const close = () => {
    if (left) return false;
    left = true;
    box.remove();
    return true;
  };
  box.leave = () => close() && onLeave?.();
  const take = (at) => {
    if (at < 0 || !close()) return;
    if (isTouched) before.focus();
    else view.focus();
    onPick(items[at]);
  };
  const keys = {
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    PageDown: () => step(8),
    PageUp: () => step(-8),
    F12: () => step(1),
    Enter: () => take(chosen),
    Escape: () => {
      box.leave();
      if (before === document.body) view.focus();
      else before.focus();
    },
    Tab: () => {},
  };

  box.addEventListener("keydown", (event) => {
    event.stopPropagation();
    const deed = event.isComposing ? null : keys[event.key];
    if (!deed) return;
    event.preventDefault();
    deed();
  });
  box.addEventListener("focusout", (event) => {
    if (!box.contains(event.relatedTarget)) box.leave();
  });
  // The focus stays where it is; a touch that scrolls picks nothing.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => take(rows.indexOf(event.target.closest("[role=option]"))));
  input.addEventListener("input", filter);

  list.append(...rows, none);
  none.hidden = items.length > 0;
  box.append(input, list);
  view.dom.append(box);
  (isTouched ? list : input).focus();
  choose(items.length > 0 ? Math.max(0, Math.min(start, items.length - 1)) : -1);
}

function row({ label, note, indent = 0 }, id) {
  const element = part("li", "cm-pickItem", "");
  element.id = id;
  element.setAttribute("role", "option");
  element.style.paddingInlineStart = `${0.75 + indent}em`;
  const [, word, rest] = label.match(/^(\S*)(.*)$/su);
  const text = part("span", "cm-pickLabel", "");
  text.append(part("span", "cm-pickWord", word), rest);
  element.append(text, part("span", "cm-pickNote", note));
  return element;
}
