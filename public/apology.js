// When the program stops because of a mistake in itself (a panic, too deep a recursion, no memory), it can't say so any more:
// this shows the line that it prepared (src/web/mod.rs), with what the browser says.
(() => {
  const apologise = (error) => {
    if (!(error instanceof WebAssembly.RuntimeError || error instanceof RangeError)) return;
    const line = document.getElementById("apology");
    if (!line || !line.hidden) return;
    line.append(` ${error.message}`);
    line.hidden = false;
  };
  addEventListener("error", (event) => apologise(event.error));
  addEventListener("unhandledrejection", (event) => apologise(event.reason));
})();
