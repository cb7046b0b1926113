// Short messages at the lower right, spoken by screen readers through the container's role.
const STAY_MS = 6000;

export function toast(text, state = "info", action = null) {
  const box = document.querySelector("[data-toasts]");
  if (!box) return null;
  const item = document.createElement("div");
  item.className = "toast";
  item.dataset.state = state;
  item.append(Object.assign(document.createElement("span"), {textContent: String(text).slice(0, 300)}));
  if (action) {
    const button = Object.assign(document.createElement("button"), {type: "button", className: "button button-small", textContent: action.label});
    button.addEventListener("click", () => {
      item.remove();
      action.run();
    });
    item.append(button);
  } else {
    setTimeout(() => item.remove(), STAY_MS);
  }
  box.append(item);
  return item;
}

document.addEventListener("toast", (event) => toast(event.detail?.text ?? "", event.detail?.state));
document.addEventListener("htmx:error", () => toast("The portal did not answer. What you see is not up to date.", "warn"));
document.addEventListener("htmx:response:error", (event) => {
  if (event.detail?.ctx?.response?.status >= 500) toast("The portal failed to answer that request.", "error");
});
