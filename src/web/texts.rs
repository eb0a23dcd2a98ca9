//! Every English text of the page, ready to be translated. What comes from the cluster is Kubernetes' own.
#![allow(missing_docs, reason = "each name says what its text says")]

pub const NAME: &str = "Kubarium";
pub const EXAMPLE: &str = "Example";
pub const EXAMPLE_NONE: &str = "My own files";
pub const GALLERY: &str = "All examples";
pub const OWN_WORK: &str = "Your own work";
pub const EDITED: &str = "Last edited";
pub const TIME: &str = "Time";
pub const PLAY: &str = "Play";
pub const PAUSE: &str = "Pause";
pub const STEP: &str = "Step";
pub const STEP_HELP: &str = "Step: on to the next thing that happens, then pause";
pub const SKIP: &str = "Skip to next event";
pub const SKIP_SHORT: &str = "skip";
pub const SPEED: &str = "Speed";
pub const SPEED_MAX: &str = "Max";
pub const HISTORY: &str = "History";
pub const BRANCH: &str = "Branch from here";
pub const BRANCH_HELP: &str = "Branch from here: forget what came after this instant and go on from it";
pub const HISTORY_HELP: &str = "History: strokes are what you did, triangles are trouble; Page Up and Page Down go from one to the next";
pub const UNDO: &str = "Undo";
pub const UNDONE: &str = "Undone:";
pub const HELP: &str = "Keys and settings";
pub const HELP_HELP: &str = "Keys and settings (?)";
pub const KEYS: [(&str, &str); 16] = [
    ("Space", "play, pause"),
    (".", "one step"),
    ("n", "skip to the next event"),
    ("b", "branch from the instant shown"),
    ("Ctrl+Z", "undo what was done last (outside of the editor)"),
    ("Ctrl+Enter", "apply the files"),
    ("Page Up, Page Down", "on the history: from mark to mark"),
    ("Ctrl+Space", "in the editor: what could come next"),
    ("Ctrl+Shift+Space", "in the editor: what the field means"),
    ("e", "to the editor; Escape, then Tab, leaves it"),
    ("d", "to the diagram; the arrow keys walk, Enter selects"),
    ("t", "to the terminal; Tab completes, Up and Down bring earlier lines, Ctrl+C stops"),
    ("i", "to the inspector"),
    ("Arrow keys", "on tabs, sliders and the lines between panes"),
    ("Escape", "closes a dialog"),
    ("?", "this list"),
];
pub const SINGLE_KEYS: &str = "Single letters are keys (outside of text)";
pub const LARGE_TYPE: &str = "Larger type, for a projector";
pub const VIEW: &str = "View";
pub const MACHINES: &str = "Machines";
pub const APPLICATION: &str = "Application";
pub const NAMESPACE: &str = "Namespace";
pub const ALL_NAMESPACES: &str = "All namespaces";
pub const SHARE: &str = "Share";
pub const THEME_SYSTEM: &str = "Theme: as the system has it";
pub const THEME_LIGHT: &str = "Theme: light";
pub const THEME_DARK: &str = "Theme: dark";

pub const FILES: &str = "Files";
pub const NEW_FILE: &str = "New file";
pub const RENAME_FILE: &str = "Rename file";
pub const DELETE_FILE: &str = "Delete file";
pub const DELETED: &str = "is deleted.";
pub const BRING_BACK: &str = "Bring it back";
pub const FILE_NAME: &str = "File name";
pub const MORE: &str = "More about files";
pub const MOVE_LEFT: &str = "Move file left";
pub const MOVE_RIGHT: &str = "Move file right";
pub const FORMAT: &str = "Format file";
pub const FORMATTED: &str = "Formatted.";
pub const FORMATTED_ALREADY: &str = "It is formatted already.";
pub const IMPORT: &str = "Import files …";
pub const DOWNLOAD_FILE: &str = "Download file";
pub const DOWNLOAD_ONE: &str = "Download all as one file";
pub const DOWNLOAD_ZIP: &str = "Download all as .zip";
pub const TAKE_AWAY: &str = "Take it to a real cluster (.zip)";
pub const FILE_TOO_LARGE: &str = "can't be read, or is too large: at most 4 MB are taken.";
pub const TAKEN_IN: &str = "Files taken in:";
pub const OUTLINE: &str = "Outline";
pub const OUTLINE_SHOW: &str = "Show it in the inspector";
pub const RENAME: &str = "Rename";
pub const CANCEL: &str = "Cancel";
pub const EDITOR: &str = "Manifest editor";
pub const PROBLEMS: &str = "Problems";
pub const LINE: &str = "line";
pub const APPLY: &str = "Apply";
pub const APPLY_RESULT: &str = "Apply result";
pub const APPLY_HELP: &str = "Applies all files (Ctrl+Enter)";
pub const FORECAST_NOTHING: &str = "nothing to apply";
pub const FORECAST_SAME: &str = "all as it is in the cluster";
pub const FORECAST_CREATE: &str = "would create";
pub const FORECAST_CHANGE: &str = "would change";
pub const FORECAST_PROBLEMS: &str = "would be refused";
pub const FORECAST_OF: &str = "of";
pub const FORECAST_ONE: &str = "object";
pub const FORECAST_MANY: &str = "objects";
pub const FORECAST_BEYOND: &str = "more documents were not looked at";
pub const PROBLEM_REFUSED: &str = "Would be refused";
pub const PROBLEM_WARNING: &str = "Would not work";
pub const CORRECT_TO: &str = "Change to";
pub const DIFF: &str = "Diff";
pub const DIFF_TITLE: &str = "What Apply would do";
pub const DIFF_CREATED: &str = "created";
pub const DIFF_CHANGED: &str = "changed";
pub const DIFF_UNCHANGED: &str = "unchanged";
pub const DIFF_REFUSED: &str = "refused";
pub const DIFF_MORE: &str = "These are the first 100 fields.";
pub const APPLYING: &str = "Applying …";

pub const DIAGRAM: &str = "Cluster diagram";
pub const FILTER: &str = "Filter";
pub const FILTER_HINT: &str = "app=web or a name";
pub const FILTER_HELP: &str = "Shows only what has these labels (app=web, tier!=front) or these letters in its name";
pub const KIND: &str = "Kind";
pub const ALL_KINDS: &str = "All kinds";
pub const PICTURE: &str = "Picture";
pub const ZOOM_IN: &str = "Zoom in";
pub const ZOOM_OUT: &str = "Zoom out";
pub const FIT: &str = "Fit";
pub const SAVE_SVG: &str = "Save as SVG";
pub const SAVE_PNG: &str = "Save as PNG";
pub const SENT: &str = "Request";
pub const DISMISS_SENT: &str = "Dismiss the request";
pub const QUIET: &str = "Nothing is due for";
pub const PAST: &str = "You are looking at the past.";
pub const BACK_TO_NOW: &str = "Back to now";

pub const TERMINAL: &str = "Terminal";
pub const TERMINAL_OUTPUT: &str = "Terminal output";
pub const COMMAND_LINE: &str = "Command line";
pub const STOP_COMMAND: &str = "Stop (Ctrl+C)";
pub const COMMAND_HINT: &str = "kubectl get pods";
pub const TERMINAL_WELCOME: &str =
    "A shell with kubectl of Kubernetes 1.36 for this cluster; the files of the editor are in its folder. Try: kubectl get all (Tab completes)\n";
pub const BESIDE: &str = "Beside what runs here:";
pub const OUTPUT_DROPPED: &str = "… what was here before is forgotten: the terminal keeps the last 250,000 letters.\n";
pub const MORE_LINES: &str = "more lines.";
pub const COPY_OUTPUT: &str = "Copy all output";
pub const CLEAR_OUTPUT: &str = "Clear (Ctrl+L)";
pub const SELECT_OBJECT: &str = "Show it in the inspector";
pub const NOTHING_FITS: &str = "Nothing fits.";
pub const POSSIBILITIES: &str = "possibilities";
pub const CHOICES: &str = "Possibilities";

pub const INSPECTOR: &str = "Inspector";
pub const INSPECTOR_EMPTY: &str = "Select something in the diagram to see what it is, why it is there and what it waits for.";
pub const GONE: &str = "is gone.";
pub const INSPECTOR_PARTS: &str = "What to show";
pub const INSPECTOR_PART: &str = "About what is selected";
pub const SUMMARY: &str = "Summary";
pub const LOG: &str = "Logs";
pub const LOG_CONTAINER: &str = "Container";
pub const LOG_PREVIOUS: &str = "of the run before";
pub const LOG_EMPTY: &str = "It has written nothing yet.";
pub const NEXT_TRY: &str = "Next in";
pub const LOOK_AT: &str = "Look at";
pub const CORRECT_LINE: &str = "Correct line";
pub const OF_FILE: &str = "of";
pub const WAY: &str = "The way it took";
pub const ACTIONS: &str = "What you can do";
pub const RUN: &str = "Run";
pub const FACTS: &str = "At a glance";
pub const TIMES: &str = "times";
pub const MANAGED_FIELDS: &str = "Who owns which field (managedFields)";
pub const PLACEMENT_FAILED: &str = "Why no node can take it";
pub const WHY: &str = "Why it is here";
pub const CONDITIONS: &str = "Conditions";
pub const EVENTS: &str = "Events";
pub const NO_EVENTS: &str = "No events.";
pub const PLACEMENT: &str = "Nodes when it was placed";
pub const PLACEMENT_SUM: &str = "Sum";
pub const PLACEMENT_ONLY: &str = "Only this node would do, so nothing was compared.";
pub const PLACEMENT_MORE: &str = "more nodes were looked at.";
pub const YAML: &str = "YAML";

pub const SHARE_LINK: &str = "Link";
pub const SHARE_SAYS: &str =
    "This link holds everything: the files, what was done and when, and the view. It is all in the part after #, which no server sees.";
pub const SHARE_LONG: &str = "characters: some chat programs cut links of more than 2,000. The file does the same: drop it on the editor to open it.";
pub const SHARE_SHORT: &str = "characters.";
pub const SHARE_FILE: &str = "Download as a file";
pub const COPY_EMBED: &str = "Copy for embedding";
pub const REPLAYING: &str = "What was done is done again, up to";
pub const STOP_REPLAY: &str = "Stop here";
pub const NOT_KEPT: &str = "This browser keeps nothing for this page: your files will be gone when it is closed. Share gives you a link or a file.";
pub const COPY: &str = "Copy";
pub const COPIED: &str = "Copied.";
pub const COPY_FAILED: &str = "The browser does not let this page copy; select the link and copy it yourself.";
pub const CLOSE: &str = "Close";
pub const LINK_BROKEN: &str = "The link could not be opened:";
pub const WORK_KEPT: &str = "Your own work is kept.";
pub const RESTORE: &str = "Go back to it";
pub const NEW_CLUSTER: &str = "These are your files as you left them, in a new cluster.";
pub const DO_AGAIN: &str = "Do again what you did";
pub const DISMISS: &str = "Dismiss";
pub const BROKEN: &str = "Kubarium has met a mistake in itself and has stopped. Your files are kept; load the page again to go on. What it says:";
pub const EDIT_TITLE: &str = "Edit";
pub const SAVE: &str = "Save";

pub const PANES: &str = "Pane";
pub const PANE_EDITOR: &str = "Editor";
pub const PANE_DIAGRAM: &str = "Diagram";
pub const RESIZE_EDITOR: &str = "Width of the editor";
pub const RESIZE_INSPECTOR: &str = "Width of the inspector";
pub const RESIZE_TERMINAL: &str = "Height of the terminal";
