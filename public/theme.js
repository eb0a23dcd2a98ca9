// Before the first paint: the theme that this person chose, so that the page never flashes.
// The page itself writes the choice (src/web/theme.rs); "system" is no choice.
try {
  const theme = localStorage.getItem("kubarium-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is forbidden here: the system's theme it is.
}
