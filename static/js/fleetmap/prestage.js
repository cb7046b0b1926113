// How far a release is prestaged, as a layer of the map: its feed is read only while somebody looks at the layer, and
// again when dcmanager's word for a site changes. Nothing is reckoned here: how sites stand is what the feed says.
const LEAST_MS = 5000;

export class Prestage {
  constructor({box, url, state, worker}) {
    Object.assign(this, {box, url, state, worker, timer: 0, readAt: -LEAST_MS, told: null});
    this.releases = box.querySelector("select");
    this.releases.addEventListener("change", () => {
      state.release = this.releases.value;
      state.save();
      this.read();
    });
    document.addEventListener("dc:batch", ({detail}) => this.take(detail));
    document.addEventListener("dc:resync", () => this.readSoon(0));
    this.chosen();
  }

  get looked() {
    return this.state.layer === "prestage";
  }

  // another layer may have been chosen, or this one
  chosen() {
    this.box.hidden = !this.looked || !this.told;
    if (this.looked && !this.told && this.readAt < 0) this.read();
  }

  take({events, spread = 0}) {
    if (events.some(({kind, data}) => kind === "cloud.changed" && "prestage_status" in (data?.fields ?? {}))) this.readSoon(spread);
  }

  readSoon(spread) {
    if (!this.looked) return (this.told = null, (this.readAt = -LEAST_MS), undefined); // read anew once it is chosen
    this.timer ||= setTimeout(() => this.read(), Math.max(0, this.readAt + LEAST_MS + Math.random() * spread - performance.now()));
  }

  read() {
    clearTimeout(this.timer);
    this.timer = 0;
    if (!this.looked) return;
    this.readAt = performance.now();
    this.worker.postMessage({type: "prestage", url: this.state.release ? `${this.url}?of=${encodeURIComponent(this.state.release)}` : this.url});
  }

  show(told) {
    this.told = told;
    const {of, releases, address} = told;
    const option = (value) => Object.assign(document.createElement("option"), {value, textContent: value || "no release known"});
    this.releases.replaceChildren(...[...new Set([of, ...releases])].map(option));
    this.releases.value = of;
    this.box.querySelector("a").href = address;
    this.box.hidden = !this.looked;
  }

  failed() {
    this.readAt = -LEAST_MS;
  }
}
