// Before the first paint: the theme that this person chose, or else the system's, so that the page
// never flashes. The page itself stores the choice (src/web/theme.rs).
(() => {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const show = () => {
    let chosen = null;
    try {
      chosen = localStorage.getItem("kubarium-theme");
    } catch {
      // Storage is forbidden here: the system's theme it is.
    }
    const dark = chosen === "dark" || (chosen !== "light" && system.matches);
    document.documentElement.dataset.theme = dark ? "dark" : "light";
  };
  show();
  system.addEventListener("change", show);
  addEventListener("kubarium-theme", show);
})();
