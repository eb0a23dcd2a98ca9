// The editor's glue: the few functions with which src/web/editor.rs drives CodeMirror. Nothing here
// knows Kubernetes; what is wrong with a text and what could be typed next comes from Rust.
import { autocompletion, closeBrackets, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { HighlightStyle, bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorSelection, EditorState } from "@codemirror/state";
import {
  EditorView,
  drawSelection,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  hoverTooltip,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";

// Colours are in styles/editor.css, so that they follow the theme.
const colours = HighlightStyle.define([
  { tag: [tags.definition(tags.propertyName), tags.propertyName], class: "token-key" },
  { tag: [tags.string, tags.special(tags.string)], class: "token-string" },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], class: "token-constant" },
  { tag: tags.comment, class: "token-comment" },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace, tags.meta], class: "token-mark" },
  { tag: [tags.labelName, tags.typeName], class: "token-anchor" },
]);


function extensions({ label, onChange, onApply, onComplete, onHover }) {
  return [
    lineNumbers(),
    foldGutter({ openText: "▾", closedText: "▸" }),
    lintGutter(),
    highlightActiveLineGutter(),
    highlightActiveLine(),
    highlightSpecialChars(),
    history(),
    drawSelection(),
    indentOnInput(),
    indentUnit.of("  "),
    EditorState.tabSize.of(2),
    bracketMatching(),
    closeBrackets(),
    highlightSelectionMatches(),
    search({ top: true }),
    yaml(),
    syntaxHighlighting(colours),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0", spellcheck: "false", autocapitalize: "off" }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) onChange(update.state.doc.toString());
    }),
    autocompletion({
      override: [
        (context) => {
          const word = context.matchBefore(/[\w./-]*/);
          const answer = onComplete(context.state.doc.toString(), context.pos, context.explicit);
          if (!answer || answer.length === 0) return null;
          return { from: word ? word.from : context.pos, options: answer, validFor: /^[\w./-]*$/ };
        },
      ],
    }),
    hoverTooltip((view, position) => {
      const answer = onHover(view.state.doc.toString(), position);
      if (!answer) return null;
      return {
        pos: answer.from,
        end: answer.to,
        create() {
          const dom = document.createElement("div");
          dom.className = "field-help";
          const title = dom.appendChild(document.createElement("strong"));
          title.textContent = answer.title;
          const text = dom.appendChild(document.createElement("p"));
          text.textContent = answer.text;
          return { dom };
        },
      };
    }),
    keymap.of([
      { key: "Mod-Enter", run: () => (onApply(), true) },
      ...completionKeymap,
      ...lintKeymap,
      ...searchKeymap,
      ...foldKeymap,
      ...historyKeymap,
      indentWithTab,
      ...defaultKeymap,
    ]),
  ];
}

/** An editor in `parent`. Each file keeps its own undo history and cursor. */
export function create(parent, options) {
  const shared = extensions(options);
  const states = new Map();
  const view = new EditorView({ parent, state: EditorState.create({ extensions: shared }) });
  let current = "";

  const clamp = (offset) => Math.max(0, Math.min(offset, view.state.doc.length));

  return {
    /** Shows a file; `text` is used where it differs from what was last shown of it. */
    open(name, text) {
      if (current) states.set(current, view.state);
      current = name;
      const kept = states.get(name);
      view.setState(kept && kept.doc.toString() === text ? kept : EditorState.create({ doc: text, extensions: shared }));
    },
    /** Forgets the files of a workspace that was closed. */
    forget() {
      states.clear();
      current = "";
    },
    /** Changes the text as one step that can be undone. */
    replace(from, to, insert) {
      view.dispatch({ changes: { from: clamp(from), to: clamp(to), insert }, userEvent: "input" });
    },
    /** Squiggles: {from, to, severity, message}. */
    diagnose(diagnostics) {
      const inside = diagnostics.map((each) => ({ ...each, from: clamp(each.from), to: clamp(Math.max(each.to, each.from + 1)) }));
      view.dispatch(setDiagnostics(view.state, inside));
    },
    /** Puts the cursor somewhere and shows it. */
    reveal(offset) {
      view.dispatch({ selection: EditorSelection.cursor(clamp(offset)), effects: EditorView.scrollIntoView(clamp(offset), { y: "center" }) });
      view.focus();
    },
    focus() {
      view.focus();
    },
  };
}
