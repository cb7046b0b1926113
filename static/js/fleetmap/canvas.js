// The layer that draws what the worker found: donuts for clusters, shapes for single sites, badges, selection.
// The canvas is a third larger than the map on every side, so that dragging shows what comes next.
import {layerOf} from "./layers.js";
import {quantise, radiusOf} from "./icons.js";
import {writeNames} from "./names.js";

const L = window.L;
const PAD = 0.3;
const SINGLE = {cleared: 15, none: 12, indeterminate: 17, partly: 17, apart: 12, skipped: 16, waiting: 18};
const BIG = 20;
const FONT = '"Inter Variable", sans-serif';
const compact = (count) => (count < 1000 ? String(count) : count < 10000 ? `${(count / 1000).toFixed(1)}k` : `${Math.round(count / 1000)}k`);

// Half zooms exist between the levels that clusters and names are made for.
const levelOf = (zoom) => Math.floor(zoom + 0.01);

export const SitesLayer = L.Layer.extend({
  initialize({icons, onView}) {
    Object.assign(this, {icons, onView, items: [], layer: layerOf("alarms"), selected: null, placed: [], names: null});
  },

  onAdd(map) {
    this.canvas = L.DomUtil.create("canvas", "map-sites leaflet-zoom-animated", map.getPane("sites"));
    this.canvas.setAttribute("aria-hidden", "true");
    this.ask();
  },

  getEvents() {
    return {moveend: this.ask, zoomanim: this.follow, resize: this.ask};
  },

  // tells the page which part of the world is looked at; `show` comes back with the sites
  ask() {
    const size = this._map.getSize();
    const pad = size.multiplyBy(PAD).round();
    const origin = this._map.containerPointToLayerPoint([-pad.x, -pad.y]);
    const bounds = this._map.getBounds();
    const corner = (point) => this._map.containerPointToLatLng(point);
    const low = corner([-pad.x, size.y + pad.y]);
    const high = corner([size.x + pad.x, -pad.y]);
    this.frame = {origin, size: size.add(pad.multiplyBy(2)), zoom: this._map.getZoom(), corner: corner([-pad.x, -pad.y])};
    this.onView({zoom: levelOf(this._map.getZoom()), bounds: [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()], padded: [Math.max(-180, low.lng), Math.max(-85, low.lat), Math.min(180, high.lng), Math.min(85, high.lat)]});
  },

  // while Leaflet animates a zoom the old picture is stretched to where it belongs
  follow({zoom, center}) {
    const scale = this._map.getZoomScale(zoom, this.drawn.zoom);
    L.DomUtil.setTransform(this.canvas, this._map._latLngToNewLayerPoint(this.drawn.corner, zoom, center), scale);
  },

  show({items, layer, zoom}) {
    if (this._map._animatingZoom || zoom !== levelOf(this._map.getZoom())) return;
    this.items = items;
    this.layer = layerOf(layer);
    this.draw();
  },

  write(names) {
    this.names = names;
    if (this.drawn) this.draw();
  },

  mark(spot) {
    this.spot = spot;
    this.draw();
  },

  // the chosen site, where a cluster hides it
  drawSpot(context, {x, y}) {
    const {accent, outline} = this.icons.colours;
    this.ring(context, x, y, 8, outline, 4.5);
    this.ring(context, x, y, 8, accent, 2.5);
    this.ring(context, x, y, 1.5, accent, 3);
  },

  draw() {
    const {canvas, frame: {origin, size}} = this;
    const ratio = this.icons.ratio;
    if (canvas.width !== size.x * ratio || canvas.height !== size.y * ratio) {
      canvas.width = size.x * ratio;
      canvas.height = size.y * ratio;
      canvas.style.width = `${size.x}px`;
      canvas.style.height = `${size.y}px`;
    }
    this.drawn = this.frame;
    L.DomUtil.setPosition(canvas, origin);
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, size.x, size.y);
    this.placed = this.items.map((item) => ({item, at: this._map.latLngToLayerPoint([item.lat, item.lon]).subtract(origin)}));
    this.placed.sort((a, b) => a.item.worst - b.item.worst); // the worst is drawn last, on top
    if (this.names?.zoom === levelOf(this.frame.zoom)) {
      const place = (latitude, longitude) => this._map.latLngToLayerPoint([latitude, longitude]).subtract(origin);
      writeNames(context, this.names, place, this.placed, this.icons);
    }
    for (const {item, at} of this.placed) (item.cluster === undefined ? this.drawSite : this.drawCluster).call(this, context, item, at);
    if (this.spot && !this.items.some(({id}) => id === this.spot.id)) this.drawSpot(context, this._map.latLngToLayerPoint([this.spot.lat, this.spot.lon]).subtract(origin));
  },

  stamp(context, icon, x, y) {
    context.drawImage(icon.canvas, x - icon.size / 2, y - icon.size / 2, icon.size, icon.size);
  },

  drawCluster(context, item, {x, y}) {
    const {trouble, classes} = this.layer;
    const {looks, text, muted} = this.icons.colours;
    const {scale} = this.icons;
    const radius = radiusOf(item.size, scale);
    const alarmed = item.counts.reduce((sum, count, rank) => (rank >= trouble ? sum + count : sum), 0);
    this.stamp(context, this.icons.donut(this.layer, quantise(item.counts), radius, item.stale === item.size), x, y);
    if (item.isNew) this.ring(context, x, y, radius + 4.5, this.icons.colours.text, 1.8);
    context.textAlign = "center";
    context.fillStyle = alarmed ? text : muted;
    context.font = `${alarmed ? 750 : 600} ${(item.size < 50 ? 12 : 13) * scale}px ${FONT}`;
    context.fillText(compact(alarmed || item.size), x, y + (alarmed ? 0.5 : 4.3) * scale);
    if (alarmed) {
      context.fillStyle = muted;
      context.font = `500 ${(item.size < 50 ? 9 : 10) * scale}px ${FONT}`;
      context.fillText(`/${compact(item.size)}`, x, y + 10 * scale);
    }
    const rim = radius * 0.72;
    if (item.worst >= trouble && looks[classes[item.worst].look]) this.stamp(context, this.icons.shape(classes[item.worst].look, 19 * scale), x + rim, y - rim);
    if (this.layer.title === "Alarms") this.drawBadges(context, x - rim, y + rim + 2, item.ceph && "critical", item.nic && "critical", -1);
  },

  drawBadges(context, x, y, ceph, nic, direction) {
    if (ceph) this.stamp(context, this.icons.badge("ceph", ceph), x, y);
    if (nic) this.stamp(context, this.icons.badge("nic", nic), x + (ceph ? 15 * this.icons.scale : 0) * direction, y);
  },

  drawSite(context, item, {x, y}) {
    const look = this.layer.classes[item.worst].look;
    const size = (SINGLE[look] ?? BIG) * this.icons.scale;
    if (item.id === this.selected) this.ring(context, x, y, size / 2 + 5, this.icons.colours.accent, 2.5);
    else if (item.isNew) this.ring(context, x, y, size / 2 + 4, this.icons.colours.text, 1.8);
    context.globalAlpha = item.stale || item.offline ? 0.62 : 1;
    this.stamp(context, this.icons.shape(look, size), x, y);
    context.globalAlpha = 1;
    if (item.stale || item.offline) this.ring(context, x, y, size / 2 + 3, this.icons.colours.muted, 1.6, [3, 2.5]);
    if (item.offline) this.strike(context, x, y, size / 2 + 3);
    if (this.layer.title === "Campaign" && item.wave !== null && item.wave !== undefined) this.stamp(context, this.icons.wave(item.wave), x + size / 2 + 3, y - size / 2);
    if (this.layer.title !== "Alarms") return;
    const colour = (state) => ({error: "critical", warn: "major"})[state];
    this.drawBadges(context, x + size / 2 + 3, y - size / 2 - 1, colour(item.ceph), colour(item.nic), 1);
  },

  ring(context, x, y, radius, colour, width, dash = []) {
    context.beginPath();
    context.setLineDash(dash);
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
    context.setLineDash([]);
  },

  strike(context, x, y, reach) {
    for (const [colour, width] of [[this.icons.colours.outline, 4], [this.icons.colours.text, 1.8]]) {
      context.beginPath();
      context.moveTo(x - reach * 0.72, y + reach * 0.72);
      context.lineTo(x + reach * 0.72, y - reach * 0.72);
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.stroke();
    }
  },

  // what lies under a point of the map, the topmost first
  hit(layerPoint) {
    const spot = layerPoint.subtract(this.drawn?.origin ?? [0, 0]);
    for (let at = this.placed.length - 1; at >= 0; at -= 1) {
      const {item, at: point} = this.placed[at];
      const reach = item.cluster === undefined ? 13 * this.icons.scale : radiusOf(item.size, this.icons.scale) + 2;
      if (Math.abs(point.x - spot.x) <= reach && Math.abs(point.y - spot.y) <= reach) return item;
    }
    return null;
  },
});
