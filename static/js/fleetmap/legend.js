// The bar over the map: what colours mean, how many sites have each, click to hide; and which layer is drawn.
import {LAYERS, layerOf} from "./layers.js";

const sprite = document.documentElement.dataset.sprite;
const number = (count) => Number(count).toLocaleString("en");

function shape(look) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "shape");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${sprite}#${look}`);
  svg.append(use);
  return svg;
}

function toggle({name, word, look, state}, key) {
  const button = Object.assign(document.createElement("button"), {type: "button", className: "chip"});
  button.dataset.toggle = name;
  if (state ?? look === "none") button.dataset.state = state ?? "none";
  else button.dataset.severity = look;
  button.title = `Show or hide: ${word} (${key})`;
  button.append(shape(state ?? look), Object.assign(document.createElement("b"), {textContent: "–"}), ` ${word}`);
  return button;
}

export class Legend {
  constructor({box, switcher, state, onChange}) {
    Object.assign(this, {box, switcher, state, onChange});
    box.addEventListener("click", (event) => this.flip(event.target.closest("[data-toggle]")?.dataset.toggle));
    switcher.addEventListener("click", (event) => this.choose(event.target.closest("[data-layer]")?.dataset.layer));
    this.build();
  }

  // worst first, as people read; keys 1… follow the same order
  get classes() {
    return [...layerOf(this.state.layer).classes].reverse();
  }

  build() {
    this.box.replaceChildren(...this.classes.map((one, at) => toggle(one, at + 1)));
    for (const button of this.switcher.querySelectorAll("[data-layer]")) button.setAttribute("aria-pressed", String(button.dataset.layer === this.state.layer));
    this.mark();
  }

  mark() {
    for (const button of this.box.children) button.setAttribute("aria-pressed", String(!this.state.hidden.has(button.dataset.toggle)));
  }

  counts(counts, layer) {
    if (layer !== this.state.layer) return;
    const {classes} = layerOf(layer);
    classes.forEach(({name}, rank) => {
      const button = this.box.querySelector(`[data-toggle="${name}"]`);
      button.querySelector("b").textContent = number(counts[rank]);
      button.hidden = !counts[rank] && ["none", "indeterminate", "unknown", "apart"].includes(name) && !this.state.hidden.has(name);
    });
  }

  flip(name) {
    if (!name) return;
    if (!this.state.hidden.delete(name)) this.state.hidden.add(name);
    this.mark();
    this.onChange();
  }

  flipNumber(number) {
    this.flip(this.classes[number - 1]?.name);
  }

  choose(layer) {
    if (!(layer in LAYERS) || layer === this.state.layer) return;
    this.state.layer = layer;
    this.state.hidden.clear();
    this.build();
    this.onChange();
  }
}
