// Light and dark.
// The one rule: the machine's preference holds until the person chooses; the choice is kept by the browser.

const KEPT = "cutover-page-theme";
const prefersDark = window.matchMedia("(prefers-color-scheme: dark)");

function chosen() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null; // storage may be switched off
  }
}

export const themeName = () => document.documentElement.dataset.theme;

function apply() {
  document.documentElement.dataset.theme = chosen() || (prefersDark.matches ? "dark" : "light");
}

export function nextTheme() {
  const next = themeName() === "dark" ? "light" : "dark";
  try {
    localStorage.setItem(KEPT, next);
  } catch {
    // Without storage the choice lasts until the page is left.
  }
  document.documentElement.dataset.theme = next;
}

export function startTheme(changed) {
  apply();
  prefersDark.addEventListener("change", () => {
    apply();
    changed();
  });
}
