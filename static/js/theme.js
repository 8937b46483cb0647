/* Runs before the first paint: the theme "system" follows the device. */
(function () {
  "use strict";
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  function apply() {
    if (root.dataset.themeChoice !== "system") return;
    root.dataset.bsTheme = dark.matches ? "dark" : "light";
    document.dispatchEvent(new CustomEvent("theme:changed"));
  }
  apply();
  dark.addEventListener("change", apply);
  window.addEventListener("beforeprint", () => { root.dataset.bsTheme = "light"; });
  window.addEventListener("afterprint", () => {
    root.dataset.bsTheme = root.dataset.themeChoice === "dark" ? "dark" : "light";
    apply();
  });
})();
