// From live events to patches of the map: the first change at once, then collected and handed over once a second; the
// last word per site wins.
import {severityWord} from "../words.js";

const FLUSH_MS = 1000;
const RELOAD_MS = 5000;
const FIELDS = ["name", "availability", "contact", "stale"];

const CHANGES = {
  "cloud.alarms": ({severity, active}) => ({severity: severityWord(severity), ...(active === undefined ? {} : {active})}),
  "cloud.ceph": ({status}) => ({ceph: status}),
  "cloud.nic": ({status}) => ({nic: status}),
  "cloud.contact": ({contact}) => (contact === "unreachable" ? {contact, stale: true} : {contact, stale: false}),
  "cloud.changed": ({fields = {}}) => Object.fromEntries(FIELDS.filter((name) => name in fields).map((name) => [name, fields[name]])),
};

export class Stream {
  constructor({onPatch, onReload}) {
    Object.assign(this, {onPatch, patches: new Map(), removed: new Set(), timer: 0, flushed: 0, reloadTimer: 0, onReload});
    document.addEventListener("dc:batch", ({detail}) => this.take(detail));
    document.addEventListener("dc:resync", () => this.reload(0));
  }

  take({events, spread = 0}) {
    for (const {kind, subject, data} of events) {
      const id = Number(subject.split(":")[1]);
      if (kind === "cloud.added") this.reload(spread);
      else if (kind === "cloud.removed") this.removed.add(id);
      else if (CHANGES[kind]) this.patches.set(id, {...this.patches.get(id), ...CHANGES[kind](data ?? {})});
    }
    if ((this.patches.size || this.removed.size) && !this.timer) this.timer = setTimeout(() => this.flush(), Math.max(0, this.flushed + FLUSH_MS - Date.now()));
  }

  flush() {
    this.timer = 0;
    this.flushed = Date.now();
    this.onPatch([...this.patches], [...this.removed]);
    this.patches.clear();
    this.removed.clear();
  }

  reload(spread) {
    this.reloadTimer ||= setTimeout(() => {
      this.reloadTimer = 0;
      this.onReload();
    }, RELOAD_MS * (spread ? 1 : 0.1) + Math.random() * spread);
  }
}
