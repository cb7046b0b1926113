// The sites as the worker holds them: read from the compact feed, patched from events, filtered, counted.
import {drawnRank, isOffline, isStale, layerOf, standingWords} from "./layers.js";

const IN_VIEW_ROWS = 100;
const NEW_MS = 60_000; // how long a site that got worse is marked as new

export class Fleet {
  sites = new Map(); // id -> site
  layer = "alarms";
  hidden = new Set(); // class names
  needle = "";
  wave = null; // number; only its sites
  marks = new Map(); // id -> {standing, wave} in the campaign that is looked at
  prestaged = new Map(); // id -> how far the release that is looked at is there
  newUntil = 0; // when the last "new" ends

  // rows: one list per site; values: one list per column, which packs a third smaller
  load({columns, rows, values}) {
    this.sites.clear();
    const size = values ? (values[0]?.length ?? 0) : rows.length;
    for (let number = 0; number < size; number += 1) {
      const site = {};
      columns.forEach((column, at) => (site[column] = values ? values[at][number] : rows[number][at]));
      this.sites.set(site.id, Object.assign(site, this.marks.get(site.id), {prestage: this.prestaged.get(site.id)}));
    }
  }

  prestage({values: [ids, states]}) {
    this.prestaged = new Map(ids.map((id, at) => [id, states[at]]));
    for (const site of this.sites.values()) site.prestage = this.prestaged.get(site.id);
  }

  // the sites of a campaign as its feed has them; those that are not in it lose what they were marked with
  mark({values: [ids, standings, waves]}) {
    this.marks = new Map(ids.map((id, at) => [id, {standing: standings[at], wave: waves[at]}]));
    for (const site of this.sites.values()) Object.assign(site, this.marks.get(site.id) ?? {standing: undefined, wave: undefined});
  }

  // patches: [[id, fields], …]. Returns whether any site is not known here (then the feed has to be read again).
  patch(patches, now = Date.now()) {
    let stranger = false;
    for (const [id, fields] of patches) {
      const site = this.sites.get(id);
      if (!site) {
        stranger = true;
        continue;
      }
      const before = layerOf("alarms").of(site);
      Object.assign(site, fields);
      if (layerOf("alarms").of(site) > before) site.newUntil = this.newUntil = now + NEW_MS;
    }
    return stranger;
  }

  remove(id) {
    this.sites.delete(id);
  }

  matches(site) {
    if (this.wave !== null && site.wave !== this.wave) return false;
    return !this.needle || site.name.toLowerCase().includes(this.needle);
  }

  // Located sites that pass filter and legend as supercluster wants them, and the legend's counts beside.
  features() {
    const layer = layerOf(this.layer);
    const {classes, of} = layer;
    const counts = new Array(classes.length).fill(0);
    const features = [];
    let total = 0;
    let unlocated = 0;
    for (const site of this.sites.values()) {
      if (site.lat === null) unlocated += 1;
      if (!this.matches(site)) continue;
      total += 1;
      const rank = of(site);
      counts[rank] += 1;
      if (site.lat === null || this.hidden.has(classes[rank].name)) continue;
      features.push({type: "Feature", geometry: {type: "Point", coordinates: [site.lon, site.lat]}, properties: {site, rank: drawnRank(site, rank, layer)}});
    }
    return {features, counts, total, unlocated};
  }

  bounds() {
    let box = null;
    for (const {lat, lon} of this.sites.values()) {
      if (lat === null) continue;
      box ??= [lat, lon, lat, lon];
      box = [Math.min(box[0], lat), Math.min(box[1], lon), Math.max(box[2], lat), Math.max(box[3], lon)];
    }
    return box;
  }

  inView(features, [west, south, east, north]) {
    const seen = features.filter(({geometry: {coordinates: [lon, lat]}}) => lon >= west && lon <= east && lat >= south && lat <= north);
    const layer = layerOf(this.layer);
    const said = {campaign: standingWords, prestage: (site) => layer.classes[layer.of(site)].word}[this.layer] ?? (() => "");
    const rows = seen.map(({properties: {site, rank}}) => ({id: site.id, name: site.name, severity: site.severity, ceph: site.ceph, nic: site.nic, active: site.active, stale: isStale(site, layer), offline: isOffline(site), rank, said: said(site)}));
    rows.sort((a, b) => b.rank - a.rank || b.active - a.active || (a.name < b.name ? -1 : 1));
    return {total: rows.length, rows: rows.slice(0, IN_VIEW_ROWS)};
  }
}
