// Theme and density: "" follows the system (theme) or is compact (density). The inline boot script has already set
// the attributes before the first paint; this module only answers the buttons. Canvas drawers listen to dc:theme.
import {recall, remember} from "./settings.js";

const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");

export const isDark = () => (root.dataset.theme || (system.matches ? "dark" : "light")) === "dark";

// The resolved value of a colour token, for canvases: light-dark() is only resolved on an element.
const probe = document.createElement("span");
probe.hidden = true;
export function token(name) {
  if (!probe.isConnected) document.body.append(probe);
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
}

function announce() {
  document.dispatchEvent(new CustomEvent("dc:theme", {detail: {dark: isDark()}}));
}

function mark(kind) {
  const chosen = recall(kind);
  const attribute = kind === "theme" ? "setTheme" : "setDensity";
  for (const button of document.querySelectorAll(`[data-set-${kind}]`)) {
    button.setAttribute("aria-pressed", String(button.dataset[attribute] === chosen));
  }
}

function choose(kind, value) {
  remember(kind, value);
  if (value) root.dataset[kind] = value;
  else delete root.dataset[kind];
  mark(kind);
  announce();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-set-theme], [data-set-density]");
  if (!button) return;
  if (button.dataset.setTheme !== undefined) choose("theme", button.dataset.setTheme);
  else choose("density", button.dataset.setDensity);
});
system.addEventListener("change", announce);
mark("theme");
mark("density");
