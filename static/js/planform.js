// The plan of a campaign: only the fields of the chosen kind are shown. A preview that was made of other values than
// stand in the form now is marked as old; the server would refuse its plan anyway.
let asked = false;
const form = document.querySelector("form[data-plan]");

function show() {
  const kind = form.querySelector("input[name=kind]:checked")?.value;
  for (const part of form.querySelectorAll("[data-kind]")) part.hidden = !part.dataset.kind.split(" ").includes(kind);
}

form?.addEventListener("change", show);
form?.addEventListener("input", () => {
  const note = document.querySelector("#preview [data-outdated]");
  if (note) note.hidden = false;
});
// What was asked for stands below the form, and may be out of sight: go there, also with the keyboard.
document.addEventListener("htmx:after:swap", () => {
  if (!asked) return;
  asked = false;
  const told = document.getElementById("preview");
  told?.focus({preventScroll: true});
  told?.scrollIntoView({block: "start"});
});
form?.addEventListener("submit", (event) => (asked = event.submitter?.name === "do"));
if (form) show();
