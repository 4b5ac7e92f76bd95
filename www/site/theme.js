// The theme that was chosen in the playground holds here, too. Without this file the system's does.
"use strict";
try {
  const theme = localStorage.getItem("warren.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // No storage in a sandboxed frame.
}
