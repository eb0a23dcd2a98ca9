// The editor's glue: the few functions with which src/web/editor.rs drives CodeMirror. Nothing here
// knows Kubernetes; what is wrong with a text and what could be typed next comes from Rust.
import { autocompletion, closeBrackets, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { HighlightStyle, bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorSelection, EditorState, RangeSet, RangeSetBuilder, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration,
  EditorView,
  GutterMarker,
  ViewPlugin,
  drawSelection,
  gutter,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  hoverTooltip,
  keymap,
  lineNumbers,
  showTooltip,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";

export { keepWork, keptWorks } from "../shelf/database.js";

// Colours are in styles/editor.css, so that they follow the theme.
const colours = HighlightStyle.define([
  { tag: [tags.definition(tags.propertyName), tags.propertyName], class: "token-key" },
  { tag: [tags.string, tags.special(tags.string)], class: "token-string" },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], class: "token-constant" },
  { tag: tags.comment, class: "token-comment" },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace, tags.meta], class: "token-mark" },
  { tag: [tags.labelName, tags.typeName], class: "token-anchor" },
]);


// Marks beside documents: how their objects do. They move with the text until the next ones come.
const setMarks = StateEffect.define();
const marks = StateField.define({
  create: () => RangeSet.empty,
  update(set, transaction) {
    let now = set.map(transaction.changes);
    for (const effect of transaction.effects) if (effect.is(setMarks)) now = effect.value;
    return now;
  },
});

class Mark extends GutterMarker {
  constructor({ glyph, tone, title }) {
    super();
    Object.assign(this, { glyph, tone, title });
  }
  eq(other) {
    return other.glyph === this.glyph && other.tone === this.tone && other.title === this.title;
  }
  toDOM() {
    const dom = document.createElement("span");
    dom.className = `live ${this.tone}`;
    dom.title = this.title;
    dom.innerHTML = `<svg width="12" height="12" viewBox="0 0 16 16">${this.glyph}</svg>`;
    return dom;
  }
}

const helpTooltip = (answer) =>
  answer && {
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

// The same by keyboard, until something else is typed or gone to.
const setHelp = StateEffect.define();
const keyedHelp = StateField.define({
  create: () => null,
  update(help, transaction) {
    for (const effect of transaction.effects) if (effect.is(setHelp)) return effect.value;
    return transaction.docChanged || transaction.selection ? null : help;
  },
  provide: (field) => showTooltip.from(field),
});
const showHelp = (view, answer) => view.dispatch({ effects: setHelp.of(helpTooltip(answer)) });

// A line that is wrapped goes on below where it began.
const hanging = ViewPlugin.define(
  (view) => {
    const look = (view) => {
      const lines = new RangeSetBuilder();
      for (const { from, to } of view.visibleRanges) {
        for (let at = from; at <= to; ) {
          const line = view.state.doc.lineAt(at);
          const indent = Math.min(line.text.match(/^[ -]*/)[0].length, 24);
          if (indent > 0) lines.add(line.from, line.from, Decoration.line({ attributes: { style: `--indent: ${indent}ch` }, class: "hanging" }));
          at = line.to + 1;
        }
      }
      return lines.finish();
    };
    return {
      lines: look(view),
      update(update) {
        if (update.docChanged || update.viewportChanged) this.lines = look(update.view);
      },
    };
  },
  { decorations: (plugin) => plugin.lines },
);

function extensions({ label, onChange, onApply, onComplete, onHover, onMark }) {
  return [
    marks,
    // For the pointer; by keyboard and for screen readers the outline has the same.
    gutter({
      class: "cm-gutter-live",
      markers: (view) => view.state.field(marks),
      domEventHandlers: { mousedown: (view, line) => (onMark(line.to), true) },
    }),
    // Files that are dropped are taken in by the page, not pasted into the text.
    EditorView.domEventHandlers({ drop: (event) => event.dataTransfer?.types.includes("Files") ?? false }),
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
      // In the order in which they are offered: what is required comes first.
      compareCompletions: () => 0,
      override: [
        (context) => {
          const word = context.matchBefore(/[\w./-]*/);
          const answer = onComplete(context.state.doc.toString(), context.pos, context.explicit);
          if (!answer || answer.length === 0) return null;
          return { from: word ? word.from : context.pos, options: answer, validFor: /^[\w./-]*$/ };
        },
      ],
    }),
    hoverTooltip((view, position) => helpTooltip(onHover(view.state.doc.toString(), position, false))),
    keyedHelp,
    hanging,
    keymap.of([
      { key: "Mod-Enter", run: () => (onApply(), true) },
      { key: "Ctrl-Shift-Space", run: (view) => (showHelp(view, onHover(view.state.doc.toString(), view.state.selection.main.head, true)), true) },
      { key: "Escape", run: (view) => view.state.field(keyedHelp) !== null && (showHelp(view, null), true) },
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
    /** Changes the text as one step that can be undone; what stays the same at both ends isn't touched, so the cursor stays. */
    replace(from, to, insert) {
      [from, to] = [clamp(from), clamp(to)];
      const old = view.state.sliceDoc(from, to);
      let [start, end] = [0, 0];
      while (start < old.length && start < insert.length && old[start] === insert[start]) start += 1;
      while (end < old.length - start && end < insert.length - start && old.at(-1 - end) === insert.at(-1 - end)) end += 1;
      view.dispatch({
        changes: { from: from + start, to: to - end, insert: insert.slice(start, insert.length - end) },
        userEvent: "input",
        scrollIntoView: true,
      });
      view.focus();
    },
    /** Marks beside documents: {from, glyph, tone, title}. */
    mark(list) {
      const at = (each) => view.state.doc.lineAt(clamp(each.from)).from;
      const ranges = list.map((each) => new Mark(each).range(at(each)));
      view.dispatch({ effects: setMarks.of(RangeSet.of(ranges, true)) });
    },
    /** Squiggles: {from, to, severity, message}, and with `fix` (a label) what belongs between fixFrom and fixTo. */
    diagnose(diagnostics) {
      const action = ({ fix, fixFrom, fixTo, insert }) => ({
        name: fix,
        apply: (view, from, to) => view.dispatch({ changes: { from: from + fixFrom, to: from + fixTo, insert }, userEvent: "input" }),
      });
      const inside = diagnostics.map((each) => {
        const from = clamp(each.from);
        const own = each.fix ? [action({ ...each, fixFrom: each.fixFrom - from, fixTo: each.fixTo - from })] : [];
        return { severity: each.severity, message: each.message, from, to: clamp(Math.max(each.to, each.from + 1)), actions: own };
      });
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

/** Saves bytes as a file. */
export function download(name, bytes, type) {
  const address = URL.createObjectURL(new Blob([bytes], { type }));
  Object.assign(document.createElement("a"), { href: address, download: name }).click();
  // The browser has begun to save it by then.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Whether what is dragged are files. */
export function carriesFiles(event) {
  return event.dataTransfer?.types.includes("Files") ?? false;
}

/** Reads the files that were dropped or chosen; `onFile` gets a name and the bytes, or nothing where there are more than `most`. */
export function readFiles(source, most, onFile) {
  for (const file of source.dataTransfer?.files ?? source.files) {
    if (file.size > most) onFile(file.name, null);
    // A folder can't be read; there is nothing to be done with it.
    else file.arrayBuffer().then((buffer) => onFile(file.name, new Uint8Array(buffer)), () => onFile(file.name, null));
  }
}
