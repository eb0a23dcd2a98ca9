// When the program stops because of a mistake in itself (a panic, too deep a recursion, no memory), it can't say so any more:
// this shows the line that it prepared (src/web/mod.rs), with what the browser says.
(() => {
  const apologise = (error) => {
    // Browsers have different errors for too deep a recursion; a RangeError may also come from the editor, which goes on.
    const stopped = error instanceof WebAssembly.RuntimeError || /call stack|too much recursion/.test(error?.message);
    if (!stopped) return;
    const line = document.getElementById("apology");
    if (!line || !line.hidden) return;
    line.append(` ${error.message}`);
    line.hidden = false;
  };
  addEventListener("error", (event) => apologise(event.error));
  addEventListener("unhandledrejection", (event) => apologise(event.reason));
})();
