// The campaign that the map looks at (?campaign=3): its feed is read when something of it changes, the first time at once,
// then as seldom as the server spreads its readers. Nothing is reckoned here: how sites stand is what the feed says.
const LEAST_MS = 2000;

export class Campaign {
  constructor({box, url, state, worker, onWave}) {
    Object.assign(this, {box, url, state, worker, timer: 0, readAt: 0});
    this.waves = box.querySelector("select");
    this.waves.addEventListener("change", () => {
      state.wave = this.waves.value === "" ? null : Number(this.waves.value);
      onWave();
    });
    document.addEventListener("dc:batch", ({detail}) => this.take(detail));
    document.addEventListener("dc:resync", () => this.readSoon(0));
    this.read();
  }

  take({events, spread = 0}) {
    const {campaign} = this.state;
    if (events.some(({subject, data}) => subject === `operation:${campaign}` || data?.operation === campaign)) this.readSoon(spread);
  }

  readSoon(spread) {
    this.timer ||= setTimeout(() => this.read(), Math.max(0, this.readAt + LEAST_MS + Math.random() * spread - performance.now()));
  }

  read() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.readAt = performance.now();
    this.worker.postMessage({type: "campaign", url: this.url});
  }

  // title and names of waves may change while it is planned
  show({title, address, waves}) {
    const link = this.box.querySelector("a");
    link.textContent = title;
    link.href = address;
    const option = (value, text) => Object.assign(document.createElement("option"), {value, textContent: text});
    this.waves.replaceChildren(option("", "every wave"), ...waves.map(([number, name]) => option(number, `${number} · ${name}`)));
    this.waves.value = this.state.wave ?? "";
    this.box.hidden = false;
  }
}
