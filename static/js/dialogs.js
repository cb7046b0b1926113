// Questions asked in place: an element with hx-get and hx-target="#ask" brings the question into the one dialog of the
// page. What was typed (passwords too) is gone as soon as the dialog closes.
const host = document.getElementById("ask");

document.addEventListener("htmx:after:swap", (event) => {
  if (!host || (event.detail?.ctx?.target ?? event.target) !== host) return;
  if (!host.open && host.childElementCount) host.showModal();
  // the first thing to fill in, else the first button; after a refusal the first field that is wrong
  const wrong = host.querySelector(".field:has(.error) :is(input, select, textarea)");
  const first = host.querySelector(".body :is(input, select, textarea):not([type=hidden]):not(:disabled)");
  (wrong ?? first ?? host.querySelector("a.verb, footer .button:last-child"))?.focus();
});

host?.addEventListener("close", () => host.replaceChildren());

// [data-close] may be a link, for pages without scripts: in a dialog it only closes
document.addEventListener("click", (event) => {
  if (event.target.closest?.("dialog a[data-close]")) event.preventDefault();
});

// a form is sent once: a second click on its button must not ask for it twice
document.addEventListener("submit", (event) => {
  const form = event.target.closest?.("form[data-once]");
  if (!form) return;
  if (form.dataset.sent) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 8000);
}, {capture: true});
