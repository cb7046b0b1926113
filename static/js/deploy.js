// The deploy page: only what a choice needs is shown, and the browser keeps file and secrets while rows are checked.
import htmx from "htmx";

const form = document.querySelector("form[data-deploy]");

function fit() {
  const how = form.querySelector('input[name="how"]:checked')?.value;
  for (const part of form.querySelectorAll("[data-how]")) part.hidden = part.dataset.how !== how;
  const pasted = form.querySelector(".pasted");
  pasted.hidden = form.elements.template.value !== "";
  form.querySelector("[data-read]").hidden = form.elements.template.value !== "";
}

// a template brings its columns and secrets; pasted ones when they are read
function read() {
  const values = Object.fromEntries([...new FormData(form)].filter(([name, value]) => typeof value === "string" && !name.startsWith("secret:")));
  htmx.ajax("POST", form.action, {target: "#deploy-asks", swap: "outerHTML", source: document.body, values: {...values, do: "read"}});
}

form.addEventListener("change", (event) => {
  fit();
  if (event.target.name === "template") read();
});

document.addEventListener("click", (event) => {
  const reader = event.target.closest?.("[data-read]");
  if (reader) {
    event.preventDefault();
    read();
  }
  const payload = event.target.closest?.("[data-payload]");
  if (payload) show(payload.dataset.payload);
  // a download is the browser's own business
  const plain = event.target.closest?.("button[data-plain]");
  if (plain) {
    event.preventDefault();
    const sent = Object.assign(document.createElement("form"), {method: "post", action: plain.formAction, enctype: "multipart/form-data", hidden: true});
    for (const [name, value] of new FormData(form)) sent.append(field(name, value));
    document.body.append(sent);
    sent.submit();
    sent.remove();
  }
});

function field(name, value) {
  if (typeof value === "string") return Object.assign(document.createElement("input"), {type: "hidden", name, value});
  const input = Object.assign(document.createElement("input"), {type: "file", name});
  const files = new DataTransfer();
  if (value.size || value.name) files.items.add(value);
  input.files = files.files;
  return input;
}

async function show(address) {
  const headers = JSON.parse(document.body.getAttribute("hx-headers:inherited") ?? "{}");
  const answer = await fetch(address, {method: "POST", body: new FormData(form), headers: {...headers, "HX-Request": "true"}}).catch(() => null);
  if (answer?.ok) await htmx.swap({text: await answer.text(), target: document.getElementById("ask"), swap: "innerHTML", sourceElement: form});
  document.getElementById("ask").showModal?.call(document.getElementById("ask"));
}

document.addEventListener("htmx:after:swap", (event) => {
  fit();
  if ((event.detail?.ctx?.target ?? event.target).id === "verdicts") document.getElementById("verdicts").scrollIntoView({block: "start", behavior: "smooth"});
});
fit();
