// Indentation by braces: a line that opens one indents the next, a line that begins by closing one steps back.

import { indentService } from "@codemirror/language";

import { isInsideText } from "./highlights.mjs";

export const braceIndent = indentService.of((context, position) => {
  const line = context.lineAt(position, 1);
  const above = lineAbove(context, line);
  if (!above) return 0;
  const opens = leavesOpen(context.state, above) ? 1 : 0;
  const closes = /^\s*\}/.test(line.text) ? 1 : 0;
  return Math.max(0, context.lineIndent(above.from, -1) + (opens - closes) * context.unit);
});

/** The nearest line above that has something on it: when Enter is pressed, what stands before the cursor. */
function lineAbove(context, line) {
  const { doc } = context.state;
  const whole = doc.lineAt(line.from);
  const before = { from: whole.from, text: whole.text.slice(0, line.from - whole.from) };
  if (before.text.trim()) return before;
  for (let number = whole.number - 1; number >= 1; number--) {
    const candidate = doc.line(number);
    if (candidate.text.trim()) return candidate;
  }
  return null;
}

/** Whether a line opens a brace that it does not close, those in strings and comments not counted. */
function leavesOpen(state, { from, text }) {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== "{" && text[i] !== "}") continue;
    if (isInsideText(state, from + i)) continue;
    depth = text[i] === "{" ? depth + 1 : Math.max(0, depth - 1);
  }
  return depth > 0;
}
