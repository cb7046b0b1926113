// The plan of a campaign: only the fields of the chosen kind are shown. A preview that was made of other values than
// stand in the form now is marked as old; the server would refuse its plan anyway. While sites are being asked for
// their health the preview reads itself again (data-again: in so many seconds), until the form is changed or sent.
import htmx from "htmx";

const LATER_S = 30; // after an answer that did not come
let asked = false;
let timer = 0;
let reading = null; // AbortController of the answer that is on its way
const form = document.querySelector("form[data-plan]");

function show() {
  const kind = form.querySelector("input[name=kind]:checked")?.value;
  for (const part of form.querySelectorAll("[data-kind]")) part.hidden = !part.dataset.kind.split(" ").includes(kind);
}

function stop() {
  clearTimeout(timer);
  reading?.abort();
  reading = null;
}

function planNext(seconds) {
  stop();
  const told = document.querySelector("#preview [data-again]");
  const old = document.querySelector("#preview [data-outdated]")?.hidden === false;
  if (told && !old) timer = setTimeout(readAgain, (seconds ?? Number(told.dataset.again)) * 1000);
}

async function readAgain() {
  if (document.hidden) return document.addEventListener("visibilitychange", () => planNext(0), {once: true});
  const told = document.querySelector("#preview [data-again]");
  if (!told) return;
  const body = new FormData(form);
  body.set("do", "preview");
  body.set("again", Number(told.dataset.tries) + 1);
  const mine = (reading = new AbortController());
  try {
    const answer = await fetch(form.action, {method: "POST", body, headers: {"HX-Request": "true"}, signal: mine.signal});
    const text = await answer.text();
    if (mine.signal.aborted) return;
    if (answer.status >= 500) return planNext(LATER_S);
    const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("preview");
    if (fresh) await put(fresh);
    else told.querySelector("[data-again-word]").textContent = "It could not be read again: press Preview.";
  } catch {
    if (!mine.signal.aborted) planNext(LATER_S);
  }
}

// What is unfolded stays so, and focus and place stay where they are: only what differs is changed.
async function put(fresh) {
  const shown = document.getElementById("preview");
  for (const part of shown.querySelectorAll("details[open][data-key]")) {
    fresh.querySelector(`details[data-key="${CSS.escape(part.dataset.key)}"]`)?.setAttribute("open", "");
  }
  await htmx.swap({text: fresh.outerHTML, target: shown, swap: "outerMorph", sourceElement: shown});
  planNext();
}

form?.addEventListener("change", show);
form?.addEventListener("input", () => {
  stop();
  const note = document.querySelector("#preview [data-outdated]");
  if (!note) return;
  note.hidden = false;
  const word = document.querySelector("#preview [data-again-word]");
  if (word) word.textContent = "It does not read itself again: the form has changed.";
});
// What was asked for stands below the form, and may be out of sight: go there, also with the keyboard.
document.addEventListener("htmx:after:swap", () => {
  planNext();
  if (!asked) return;
  asked = false;
  const told = document.getElementById("preview");
  told?.focus({preventScroll: true});
  told?.scrollIntoView({block: "start"});
});
form?.addEventListener("submit", (event) => {
  stop();
  asked = event.submitter?.name === "do";
});
if (form) show();
