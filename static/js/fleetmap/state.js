// What the map shows is in the address: ?z=5&c=39.1,-96.2&layer=ceph&hide=cleared&q=berlin&site=12&campaign=3&wave=2;
// and ?layer=prestage&of=starlingx-26.09.1
import {LAYERS} from "./layers.js";

const WRITE_AFTER_MS = 250;

export class State {
  // campaigns: whether the page has one; where they are switched off, the address may still name one
  constructor({campaigns = false} = {}) {
    const query = new URLSearchParams(location.search);
    const [lat, lon] = (query.get("c") ?? "").split(",").map(Number);
    this.centre = query.has("c") && Number.isFinite(lat) && Number.isFinite(lon) ? [lat, lon] : null;
    this.zoom = Number(query.get("z")) || null;
    this.campaign = (campaigns && Number(query.get("campaign"))) || null;
    this.wave = this.campaign && /^\d+$/.test(query.get("wave") ?? "") ? Number(query.get("wave")) : null;
    this.layer = query.get("layer") in LAYERS ? query.get("layer") : this.usual;
    if (this.layer === "campaign" && !this.campaign) this.layer = "alarms";
    this.release = query.get("of") ?? "";
    this.hidden = new Set((query.get("hide") ?? "").split(",").filter(Boolean));
    this.needle = query.get("q") ?? "";
    this.site = Number(query.get("site")) || null;
    this.timer = 0;
  }

  // whoever came from a campaign wants to see that
  get usual() {
    return this.campaign ? "campaign" : "alarms";
  }

  save() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.write(), WRITE_AFTER_MS);
  }

  write() {
    const query = new URLSearchParams();
    if (this.zoom) query.set("z", this.zoom);
    if (this.centre) query.set("c", this.centre.map((degrees) => degrees.toFixed(3)).join(","));
    if (this.layer !== this.usual) query.set("layer", this.layer);
    if (this.layer === "prestage" && this.release) query.set("of", this.release);
    if (this.hidden.size) query.set("hide", [...this.hidden].join(","));
    if (this.needle) query.set("q", this.needle);
    if (this.site) query.set("site", this.site);
    if (this.campaign) query.set("campaign", this.campaign);
    if (this.wave !== null) query.set("wave", this.wave);
    history.replaceState(history.state, "", `${location.pathname}?${query}`.replaceAll("%2C", ","));
  }
}
