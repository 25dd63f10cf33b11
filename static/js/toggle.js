import { save } from "./store.js";

/** [data-theme-toggle]: the other theme, kept for the next visit. */
export function themeToggle() {
  const root = document.documentElement;
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-toggle]")) return;
    root.dataset.bsTheme = root.dataset.bsTheme === "dark" ? "light" : "dark";
    save("theme", root.dataset.bsTheme);
  });
}
