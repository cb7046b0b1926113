// From live events to patches of the map: the first at once, those that follow collected, the last word per site wins.
// A fleet that takes long to draw is patched less often, but once a second.
import {severityWord} from "../words.js";

const LEAST_MS = 150; // between two patches
const MOST_MS = 1000;
const REST = 4; // times as long as drawing took
const RELOAD_MS = 5000;
const RETURNED_MS = 45_000; // a site is back, its alarms are still to come: unchanged ones come without an event
// fields of cloud.changed, and what the map calls them
const FIELDS = {name: "name", availability_status: "availability", latitude: "lat", longitude: "lon"};

const CHANGES = {
  // told when a complete list of alarms was taken in: they are current now
  "cloud.alarms": ({severity, active}) => ({severity: severityWord(severity), stale: false, ...(active === undefined ? {} : {active})}),
  "cloud.ceph": ({status}) => ({ceph: status}),
  "cloud.nic": ({status}) => ({nic: status}),
  // who answers again may still not have told its alarms: contact alone makes nothing current
  "cloud.contact": ({contact, stale}) => ({contact, ...(contact === "unreachable" ? {stale: true} : typeof stale === "boolean" ? {stale} : {})}),
  "cloud.changed": ({fields = {}}) => Object.fromEntries(Object.entries(fields).filter(([name]) => name in FIELDS).map(([name, value]) => [FIELDS[name], value])),
};

export class Stream {
  constructor({onPatch, onReload}) {
    Object.assign(this, {onPatch, patches: new Map(), removed: new Set(), timer: 0, sentAt: -MOST_MS, pause: LEAST_MS, drawing: false, reloadTimer: 0, returnedTimer: 0, onReload});
    document.addEventListener("dc:batch", ({detail}) => this.take(detail));
    document.addEventListener("dc:resync", () => this.reload(0));
  }

  take({events, spread = 0}) {
    for (const {kind, subject, data} of events) {
      const id = Number(subject.split(":")[1]);
      if (kind === "cloud.contact" && data?.stale) this.returned();
      if (kind === "cloud.removed") this.removed.add(id);
      else if (kind === "cloud.added") {
        this.removed.delete(id); // it went from one group or region to another, and both are seen here
        if (data?.moved) this.patches.set(id, this.patches.get(id) ?? {}); // one that is not known is asked for
        else this.reload(spread);
      } else if (CHANGES[kind]) this.patches.set(id, {...this.patches.get(id), ...CHANGES[kind](data ?? {})});
    }
    if ((this.patches.size || this.removed.size) && !this.timer) this.timer = setTimeout(() => this.flush(), Math.max(0, this.sentAt + this.pause - performance.now()));
  }

  flush() {
    this.timer = 0;
    this.sentAt = performance.now();
    this.drawing = true;
    this.onPatch([...this.patches], [...this.removed]);
    this.patches.clear();
    this.removed.clear();
  }

  // what was sent last is on the screen
  drawn() {
    if (!this.drawing) return;
    this.drawing = false;
    this.pause = Math.min(MOST_MS, Math.max(LEAST_MS, (performance.now() - this.sentAt) * REST));
  }

  returned() {
    this.returnedTimer ||= setTimeout(() => {
      this.returnedTimer = 0;
      this.onReload();
    }, RETURNED_MS * (1 + Math.random()));
  }

  reload(spread) {
    this.reloadTimer ||= setTimeout(() => {
      this.reloadTimer = 0;
      this.onReload();
    }, RELOAD_MS * (spread ? 1 : 0.1) + Math.random() * spread);
  }
}
