// The map page: puts map, worker, legend, list and panel together. Started by templates/map/map.html.
import "leaflet";
import {bind} from "keys";
import {toast} from "toast";
import {Campaign} from "./campaign.js";
import {Icons} from "./icons.js";
import {Legend} from "./legend.js";
import {List} from "./list.js";
import {Panel} from "./panel.js";
import {Prestage} from "./prestage.js";
import {State} from "./state.js";
import {Stream} from "./stream.js";
import {basemapColours, markerColours} from "./palette.js";

// these extend Leaflet's classes, which exist once "leaflet" has run
const [{Basemap}, {SitesLayer}, {Hover}] = await Promise.all([import("./basemap.js"), import("./canvas.js"), import("./hover.js")]);

const L = window.L;
const HOME = {centre: [30, 0], zoom: 2};
const SITE_ZOOM = 9;
const REFRESH_MS = 300_000; // facts grow stale without an event: the feed is read again now and then
const find = (name) => document.querySelector(`[data-map-${name}]`);

class FleetMap {
  // workers: those of early.js, which has also begun the first reading of the feed
  constructor(root, {sites, ground}) {
    this.feed = root.dataset.feed;
    this.root = root;
    this.state = new State({campaigns: Boolean(root.dataset.campaign)});
    this.pending = null;
    this.worker = sites.worker;
    this.buildMap(root, ground);
    this.buildColumn();
    this.choose();
    sites.listen((data) => this[`on_${data.type}`](data));
    this.stream = new Stream({onPatch: (patches, removed) => this.patch(patches, removed), onReload: () => this.reload()});
    if (root.dataset.campaign) this.campaign = new Campaign({box: find("campaign"), url: root.dataset.campaign, state: this.state, worker: this.worker, onWave: () => this.choose()});
    this.prestage = new Prestage({box: find("prestage"), url: root.dataset.prestage, state: this.state, worker: this.worker});
    this.bindKeys();
    setInterval(() => document.hidden || this.reload(), REFRESH_MS * (0.9 + Math.random() * 0.2));
    document.addEventListener("dc:theme", () => this.repaint());
    this.refreshWhenLate();
    document.addEventListener("dc:state", ({detail}) => root.closest(".map-page").toggleAttribute("data-not-live", detail.state === "stale"));
  }

  // that nothing has changed is no event: when a System Controller is read late, and again, the feed says what is stale
  refreshWhenLate() {
    const late = () => document.querySelectorAll("#late-banner [data-late]").length;
    let before = late();
    const banners = document.querySelector(".banners");
    if (banners) new MutationObserver(() => {
      const now = late();
      if (now !== before) this.reload();
      before = now;
    }).observe(banners, {childList: true, subtree: true});
  }

  buildMap(root, ground) {
    const {state} = this;
    this.map = L.map(root, {
      center: state.centre ?? HOME.centre, zoom: state.zoom ?? HOME.zoom, minZoom: 2, maxZoom: 12, zoomSnap: 0.5, zoomDelta: 1, zoomControl: false, attributionControl: false,
      fadeAnimation: false, maxBounds: [[-85, -200], [85, 200]], maxBoundsViscosity: 0.6, wheelPxPerZoomLevel: 120, keyboardPanDelta: 120,
    });
    L.control.attribution({prefix: false, position: "bottomright"}).addTo(this.map);
    L.control.scale({imperial: false, position: "bottomright"}).addTo(this.map);
    L.control.zoom({position: "topright"}).addTo(this.map);
    this.basemap = new Basemap({ground, base: new URL(root.dataset.basemap, location.href).href, colours: basemapColours(), onNames: (names) => this.sites.write(names), onDetail: () => this.sites.ask()}).addTo(this.map);
    if (root.dataset.tiles) L.tileLayer(root.dataset.tiles, {attribution: root.dataset.tilesCredit ?? ""}).addTo(this.map);
    this.map.createPane("sites").style.zIndex = 450;
    this.icons = new Icons(markerColours());
    this.sites = new SitesLayer({icons: this.icons, onView: (view) => this.look(view)}).addTo(this.map);
    this.sites.selected = state.site;
    this.hover = new Hover(this.map, this.sites);
    this.map.on("click", ({layerPoint, latlng}) => this.click(this.sites.hit(layerPoint), latlng));
    // text is measured with the fallback until the font is there
    document.fonts.load('600 12px "Inter Variable"').then(() => this.sites.drawn && this.sites.draw());
  }

  buildColumn() {
    this.legend = new Legend({box: find("legend"), switcher: find("layers"), state: this.state, onChange: () => this.choose()});
    this.list = new List({table: find("list"), count: find("list-count"), onSelect: (id) => this.select(id, true)});
    this.panel = new Panel({root: find("column"), onClose: () => this.unselect()});
    this.filter = find("filter");
    this.filter.value = this.state.needle;
    this.filter.addEventListener("input", () => {
      this.state.needle = this.filter.value.trim();
      this.choose();
    });
    find("tray").addEventListener("click", () => this.panel.open("/map/unlocated", "Sites without position"));
    for (const button of document.querySelectorAll("[data-map-column-switch]")) button.addEventListener("click", () => this.switchColumn());
    if (this.state.site) this.panel.open(`/subclouds/${this.state.site}/panel`, "Site");
  }

  bindKeys() {
    for (let number = 1; number <= 7; number += 1) bind(String(number), () => this.legend.flipNumber(number));
    bind("+", () => this.map.zoomIn());
    bind("=", () => this.map.zoomIn());
    bind("-", () => this.map.zoomOut());
    bind("0", () => this.fit());
    bind("l", () => this.switchColumn());
    for (const [key, by] of Object.entries({ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0]})) {
      bind(key, (event) => event.target.closest(".leaflet-container, .map-column") || this.map.panBy(L.point(by).multiplyBy(160)));
    }
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
      if (document.activeElement === this.filter) this.filter.blur();
      else this.panel.close();
    });
  }

  look(view) {
    const {lat, lng} = this.map.getCenter();
    Object.assign(this.state, {centre: [lat, lng], zoom: this.map.getZoom()});
    if (this.loaded) this.state.save();
    this.worker.postMessage({type: "view", ...view});
    this.basemap.askNames(view);
  }

  choose() {
    const {layer, hidden, needle, wave} = this.state;
    if (this.loaded) this.state.save();
    this.prestage?.chosen();
    this.worker.postMessage({type: "choose", layer, hidden: [...hidden], needle, wave, scale: this.icons.scale});
  }

  click(item, latlng) {
    if (!item) return this.panel.close();
    if (item.cluster === undefined) return this.select(item.id);
    this.pending = latlng;
    this.worker.postMessage({type: "open", cluster: item.cluster});
  }

  select(id, fly = false) {
    Object.assign(this.sites, {selected: id});
    this.list.selected = this.state.site = id;
    this.sites.draw();
    this.state.save();
    this.root.closest(".map-page").removeAttribute("data-column-closed");
    this.panel.open(`/subclouds/${id}/panel`, "Site");
    this.worker.postMessage({type: "find", id, fly});
  }

  unselect() {
    this.sites.selected = this.sites.spot = this.list.selected = this.state.site = null;
    this.sites.draw();
    this.state.save();
    if (this.list.last) this.list.show(this.list.last);
  }

  switchColumn() {
    this.root.closest(".map-page").toggleAttribute("data-column-closed");
    this.map.invalidateSize({pan: false});
    this.sites.ask();
  }

  fit(animate = true) {
    if (this.bounds) this.map.fitBounds([this.bounds.slice(0, 2), this.bounds.slice(2)], {animate, paddingTopLeft: [20, 70], paddingBottomRight: [20, 20], maxZoom: 8});
  }

  repaint() {
    this.basemap.repaint(basemapColours());
    this.icons.use(markerColours());
    this.choose(); // larger marks need larger clusters
    this.map.invalidateSize({pan: false});
    this.sites.draw();
  }

  patch(patches, removed) {
    this.worker.postMessage({type: "patch", patches, removed});
    if (this.state.site && patches.some(([id]) => id === this.state.site)) this.panel.freshen();
  }

  reload() {
    this.worker.postMessage({type: "load", url: this.feed});
    this.campaign?.read();
    this.prestage.read();
  }

  on_loaded({bounds, size}) {
    this.bounds = bounds;
    find("empty").hidden = size > 0;
    if (!this.loaded && !new URLSearchParams(location.search).has("c")) this.fit(false);
    this.loaded = true;
    if (this.state.site) this.worker.postMessage({type: "find", id: this.state.site, fly: false});
    performance.mark("map-loaded");
  }

  on_view(answer) {
    this.sites.show(answer);
    if (answer.reason === "patch") this.stream.drawn();
    this.legend.counts(answer.counts, answer.layer);
    this.list.show(answer.list);
    find("total").textContent = answer.total === answer.all ? `${answer.all.toLocaleString("en")} sites` : `${answer.total.toLocaleString("en")} of ${answer.all.toLocaleString("en")} sites`;
    const tray = find("tray");
    tray.hidden = !answer.unlocated;
    tray.querySelector("b").textContent = answer.unlocated;
    performance.mark("map-drawn");
  }

  on_open({zoom, leaves}) {
    // sites on one spot never part: from here the list beside names them
    if (zoom > this.map.getMaxZoom()) return this.map.setView(this.pending, this.map.getMaxZoom());
    this.map.fitBounds(leaves.map(([lon, lat]) => [lat, lon]), {padding: [60, 60], maxZoom: Math.max(zoom, this.map.getZoom() + 1)});
  }

  on_found({site, fly}) {
    if (!site || site.lat === null || site.id !== this.state.site) return;
    this.sites.mark(site);
    if (!fly) return;
    if (!this.map.getBounds().pad(-0.1).contains([site.lat, site.lon])) this.map.setView([site.lat, site.lon], Math.max(this.map.getZoom(), SITE_ZOOM));
  }

  on_stranger() {
    this.stream.reload(2000);
  }

  on_marked(told) {
    this.campaign.show(told);
  }

  on_unmarked({status}) {
    toast(status === 404 ? "There is no such campaign, or it is not in your scope." : "The portal did not give the sites of the campaign. What you see of it is not up to date.", "warn");
  }

  on_prestaged(told) {
    this.prestage.show(told);
  }

  on_unprestaged() {
    this.prestage.failed();
    toast("The portal did not give how far the release is prestaged. What you see of it is not up to date.", "warn");
  }

  on_refused() {
    location.reload();
  }

  on_failed() {
    toast("The portal did not give the sites. What you see is not up to date.", "warn");
  }
}

const root = document.getElementById("map");
if (!window.fleetWorkers) await new Promise((done) => document.addEventListener("dc:fleet-workers", done, {once: true}));
window.fleetMap = new FleetMap(root, window.fleetWorkers);
