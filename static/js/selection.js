// Rows that are chosen in a list to act on several at once. They stay chosen when the list is fetched again; the
// question opens in the dialog of the page. Without scripts the form leads to the same question on a page of its own.
import htmx from "htmx";
import {toast} from "toast";

const form = document.querySelector("form[data-bulk]");
const chosen = new Set();

const boxes = () => [...document.querySelectorAll('input[name="cloud"][form="bulk"]')];
const takesAll = () => form.querySelector("[data-all]")?.checked ?? false;

function show() {
  const all = boxes();
  for (const box of all) {
    box.checked = chosen.has(box.value);
    box.disabled = takesAll();
    box.closest("tr").setAttribute("aria-selected", String(box.checked || takesAll()));
  }
  form.querySelector("[data-chosen]").textContent = chosen.size.toLocaleString("en");
  const page = document.querySelector("[data-select-page]");
  if (!page) return;
  page.hidden = false;
  page.disabled = takesAll();
  page.checked = all.length > 0 && all.every((box) => box.checked);
  page.indeterminate = !page.checked && all.some((box) => box.checked);
}

function choose(box, on) {
  if (on) chosen.add(box.value);
  else chosen.delete(box.value);
}

let last = null; // for a range with Shift
document.addEventListener("click", (event) => {
  const box = event.target.closest?.('input[name="cloud"][form="bulk"]');
  if (!box) return;
  const all = boxes();
  const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
  const range = event.shiftKey && from >= 0 ? all.slice(from, to + 1) : [box];
  for (const one of range) choose(one, box.checked);
  last = box;
  show();
});

document.addEventListener("change", (event) => {
  if (event.target.matches?.("[data-select-page]")) {
    for (const box of boxes()) choose(box, event.target.checked);
    show();
  } else if (event.target.matches?.("[data-all]")) show();
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!takesAll() && !chosen.size) {
    toast("Choose subclouds first: with the box before each, or all that match.", "warn");
    return;
  }
  const query = new URLSearchParams(takesAll() ? [["all", "1"], ["filter", form.elements.filter.value]] : [...chosen].map((id) => ["cloud", id]));
  form.querySelector("details[data-menu]")?.removeAttribute("open");
  htmx.ajax("GET", `${event.submitter.formAction}?${query}`, {target: "#ask", source: form});
});

document.addEventListener("htmx:after:swap", show);
show();
