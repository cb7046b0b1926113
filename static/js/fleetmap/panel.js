// The column beside the map: the list, or one site, or the sites without a position. Partials come from the server.
import htmx from "htmx";

const FRESHEN_MS = 2000;

export class Panel {
  constructor({root, onClose}) {
    Object.assign(this, {root, onClose, title: root.querySelector("[data-panel-title]"), body: root.querySelector("[data-panel-body]"), list: root.querySelector("[data-panel-list]")});
    this.page = root.querySelector("[data-panel-page]");
    root.querySelector("[data-panel-back]").addEventListener("click", () => this.close());
  }

  get isOpen() {
    return !this.page.hidden;
  }

  async open(url, title) {
    this.url = url;
    this.title.textContent = title;
    const opening = !this.isOpen;
    this.page.hidden = false;
    this.list.hidden = true;
    if (opening) this.body.replaceChildren(Object.assign(document.createElement("div"), {className: "skeleton"}));
    await this.load();
    if (opening) this.page.querySelector("[data-panel-back]").focus({preventScroll: true});
  }

  async load() {
    const url = this.url;
    const response = await fetch(url, {headers: {"HX-Request": "true"}}).catch(() => null);
    if (this.url !== url) return;
    if (response?.headers.has("HX-Redirect")) return location.reload(); // the session ended: the whole page asks to sign in
    if (!response?.ok) return this.fail(response);
    const text = await response.text();
    await htmx.swap({text, target: this.body, swap: "innerMorph", sourceElement: this.body});
    const heading = this.body.querySelector("h2");
    if (heading) {
      this.title.textContent = heading.textContent;
      heading.classList.add("vh");
    }
  }

  // the open site has changed: asked again, not more often than every few seconds
  freshen() {
    this.timer ||= setTimeout(() => {
      this.timer = 0;
      if (this.url) this.load();
    }, FRESHEN_MS);
  }

  fail(response) {
    const notice = Object.assign(document.createElement("div"), {className: "notice", textContent: response?.status === 404 ? "This site is not there, or not in your scope." : "The portal did not answer. Try again."});
    notice.dataset.state = "warn";
    this.body.replaceChildren(notice);
  }

  close() {
    if (!this.isOpen) return;
    this.url = "";
    this.page.hidden = true;
    this.list.hidden = false;
    this.onClose();
  }
}
