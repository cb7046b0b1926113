// Keyboard shortcuts. An element with data-key="/" or data-key="g s" is focused or clicked by that key or sequence;
// modules add their own with bind(). Single keys can be switched off (WCAG 2.1.4), and never fire while typing.
import {recall, remember} from "./settings.js";

const SEQUENCE_MS = 1200;
const bound = new Map();
let pending = "";
let pendingSince = 0;

export const enabled = () => recall("keys", "on") === "on";

export function bind(key, action) {
  bound.set(key, action);
}

const isTyping = (target) => target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");

function actOn(element) {
  if (element.matches("input, textarea, select")) {
    element.focus();
    element.select?.();
  } else {
    element.click();
  }
}

function resolve(key) {
  if (bound.has(key)) return bound.get(key);
  // the last in the document wins: a page's own search box takes "/" from the topbar's
  const element = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].filter((one) => one.offsetParent !== null).pop();
  return element ? () => actOn(element) : null;
}

const isPrefix = (key) => [...bound.keys()].some((one) => one.startsWith(`${key} `)) || document.querySelector(`[data-key^="${CSS.escape(key)} "]`);

function rows() {
  return [...document.querySelectorAll("tbody[data-rows] tr[data-href], tbody[data-rows] tr[data-select]")].filter((row) => row.offsetParent !== null);
}

function step(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(document.activeElement?.closest?.("tr"));
  const next = all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + by))];
  next.tabIndex = 0;
  next.focus();
  next.scrollIntoView({block: "nearest"});
}

bind("j", () => step(1));
bind("k", () => step(-1));
bind("?", () => document.querySelector("[data-shortcuts]")?.showModal());

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches?.("tr[data-href]")) location.assign(event.target.dataset.href);
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !enabled()) return;
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  const sequence = pending && Date.now() - pendingSince < SEQUENCE_MS ? `${pending} ${event.key}` : event.key;
  const action = resolve(sequence) ?? resolve(event.key);
  pending = "";
  if (action) {
    event.preventDefault();
    action(event);
  } else if (isPrefix(event.key)) {
    pending = event.key;
    pendingSince = Date.now();
  }
});

document.addEventListener("dblclick", (event) => {
  const row = event.target.closest?.("tr[data-href]");
  if (row && !event.target.closest("a, button, input")) location.assign(row.dataset.href);
});

for (const box of document.querySelectorAll("[data-keys-switch]")) {
  box.checked = enabled();
  box.addEventListener("change", () => remember("keys", box.checked ? "" : "off"));
}
