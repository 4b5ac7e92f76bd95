// The editor's looks, in the page's own colours: every value is a custom property of www/styles/tokens.css.

import { EditorView } from "@codemirror/view";

const squiggle = (color) => ({
  backgroundImage: "none",
  paddingBottom: "0",
  textDecoration: `underline wavy ${color}`,
  textDecorationSkipInk: "none",
  textUnderlineOffset: "3px",
});

// A shape beside the colour: a disc for an error, a triangle for a warning, a square for the rest.
const marker = (color, shape) => ({
  content: "''",
  width: "0.6em",
  height: "0.6em",
  margin: "0.4em auto 0",
  background: color,
  clipPath: shape,
});

export const theme = EditorView.theme({
  "&": { height: "100%", color: "var(--editor-fg)", backgroundColor: "var(--editor-bg)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", fontSize: "var(--editor-size, 0.875rem)", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--editor-caret, var(--editor-fg))" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--editor-caret, var(--editor-fg))", borderLeftWidth: "2px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "var(--editor-selection)",
  },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--editor-active-line)" },
  ".cm-eventLine, .cm-activeLine.cm-eventLine": {
    backgroundColor: "var(--editor-event-line)",
    boxShadow: "inset 2px 0 0 var(--editor-event-edge)",
  },
  ".cm-gutters": { color: "var(--editor-gutter)", backgroundColor: "var(--editor-bg)", border: "none" },
  ".cm-gutter-lint": { width: "1em" },
  ".cm-lint-marker": { width: "1em", height: "1.4em" },
  ".cm-lint-marker-error": marker("var(--editor-error)", "circle(50%)"),
  ".cm-lint-marker-warning": marker("var(--editor-warning)", "polygon(50% 0, 100% 100%, 0 100%)"),
  ".cm-lint-marker-info": marker("var(--editor-info)", "inset(10%)"),
  ".cm-lintRange-error": squiggle("var(--editor-error)"),
  ".cm-lintRange-warning": squiggle("var(--editor-warning)"),
  ".cm-lintRange-info, .cm-lintRange-hint": squiggle("var(--editor-info)"),
  ".cm-lintPoint:after": { borderBottomColor: "var(--editor-error)" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": {
    backgroundColor: "transparent",
    outline: "1px solid var(--editor-gutter)",
  },
  ".cm-nonmatchingBracket, &.cm-focused .cm-nonmatchingBracket": { backgroundColor: "transparent", color: "var(--editor-error)" },
  ".cm-searchMatch, .cm-selectionMatch": { backgroundColor: "var(--editor-match)" },
  ".cm-searchMatch-selected": { outline: "1px solid var(--editor-event-edge)" },
  ".cm-panels, .cm-tooltip": { color: "var(--editor-fg)", backgroundColor: "var(--editor-raised)", borderColor: "var(--editor-border)" },
  ".cm-panels-top": { borderBottom: "1px solid var(--editor-border)" },
  ".cm-tooltip": { border: "1px solid var(--editor-border)", borderRadius: "6px", overflow: "hidden", maxWidth: "min(36rem, 90vw)" },
  ".cm-diagnostic": { padding: "0.4em 0.75em", borderLeftWidth: "3px", whiteSpace: "pre-wrap" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--editor-error)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--editor-warning)" },
  ".cm-diagnosticHint": { opacity: "0.8" },
  ".cm-tooltip.cm-tooltip-autocomplete": { overflow: "visible" }, // the help of an item stands beside the list
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--font-mono)", borderRadius: "6px", maxWidth: "min(36rem, 90vw)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.15em 0.6em" },
  ".cm-tooltip-autocomplete ul li[aria-selected], .cm-tooltip-autocomplete-disabled ul li[aria-selected]": {
    color: "inherit",
    background: "var(--editor-selection)",
  },
  ".cm-completionDetail": { fontStyle: "normal", opacity: "0.75" },
  ".cm-tooltip.cm-completionInfo": { padding: "0.4em 0.75em" },
  ".cm-help": { padding: "0.4em 0.75em" },
  ".cm-helpTitle": { fontFamily: "var(--font-mono)" },
  ".cm-helpField": { opacity: "0.8" },
  ".cm-helpLink": { color: "inherit", textDecoration: "underline" },
  ".cm-textfield": { color: "inherit", backgroundColor: "var(--editor-bg)", border: "1px solid var(--editor-border)" },
  ".cm-button": { color: "inherit", background: "var(--editor-bg)", border: "1px solid var(--editor-border)" },
});
