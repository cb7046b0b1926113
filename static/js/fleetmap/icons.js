// Small pictures for the map, drawn once per key and kept: severity shapes, donuts, badges. Paths are in a box of 20.
// A donut shows its classes in 24ths, a class that is there is never rounded away: one critical in 500 still shows.
const SHAPES = {
  critical: "M6.2 1h7.6L19 6.2v7.6L13.8 19H6.2L1 13.8V6.2z",
  major: "M10 1.2 19.4 18H.6z",
  minor: "M2 2h16v16H2z",
  warning: "M10 .4 19.6 10 10 19.6 .4 10z",
  cleared: "M10 1a9 9 0 1 0 0 18a9 9 0 1 0 0-18z",
  indeterminate: "M10 1a9 9 0 1 0 0 18a9 9 0 1 0 0-18z",
  partly: "M10 1a9 9 0 0 0 0 18zM12.4 1.6v16.8a9 9 0 0 0 0-16.8z",
  busy: "M10 1a9 9 0 1 0 0 18a9 9 0 1 0 0-18z",
  waiting: "M10 .4 19.6 10 10 19.6 .4 10z",
  skipped: "M10 1a9 9 0 1 0 0 18a9 9 0 1 0 0-18z",
  none: "M10 4a6 6 0 1 0 0 12a6 6 0 1 0 0-12z",
  apart: "M10 4a6 6 0 1 0 0 12a6 6 0 1 0 0-12z",
};
const SIGNS = {critical: ["!", 14.2, 13], major: ["!", 15.6, 12], warning: ["!", 14.2, 12], indeterminate: ["?", 14.4, 12]};
// signs that are drawn with lines
const STROKES = {cleared: "m5.7 10.2 3 3 5.6-6", busy: "M10 4.6V10l3.6 2.2", waiting: "M7.6 7v6M12.4 7v6", skipped: "M5.4 14.6 14.6 5.4"};
const BADGES = {
  ceph: "M4 5.500c0-2 12-2 12 0v9c0 2-12 2-12 0zM4 5.500c0 2 12 2 12 0M4 10c0 2 12 2 12 0",
  nic: "M3 7h3.500V4h7v3H17v9H3zM6.5 16v-3.500M10 16v-3.500M13.5 16v-3.5",
};
const PARTS = 24;
const COMPACT = 13; // pixels of text in the compact density
const paths = new Map();
const path = (text) => paths.get(text) ?? paths.set(text, new Path2D(text)).get(text);

// of a donut for so many sites, in CSS pixels
export const radiusOf = (size, scale = 1) => Math.round((size < 10 ? 16 : size < 50 ? 18 : size < 250 ? 21 : size < 1000 ? 24 : 27) * scale);

export function quantise(counts) {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const parts = counts.map((count) => (count ? Math.max(1, Math.round((count / total) * PARTS)) : 0));
  const largest = parts.indexOf(Math.max(...parts));
  parts[largest] -= parts.reduce((sum, part) => sum + part, 0) - PARTS;
  return parts;
}

export class Icons {
  constructor(colours) {
    this.ratio = Math.min(2, window.devicePixelRatio || 1);
    this.use(colours);
  }

  use(colours) {
    this.colours = colours;
    this.kept = new Map();
    // drawn as large as the text of the chosen density: a wall is read from afar
    this.scale = Math.min(1.6, Math.max(1, parseFloat(getComputedStyle(document.documentElement).fontSize) / COMPACT));
  }

  // A canvas of `size` CSS pixels, drawn by `draw(context)` in a box of 20 around its middle
  keep(key, size, draw) {
    const known = this.kept.get(key);
    if (known) return known;
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = Math.ceil(size * this.ratio);
    const context = canvas.getContext("2d");
    context.scale((size / 20) * this.ratio, (size / 20) * this.ratio);
    draw(context);
    const icon = {canvas, size};
    this.kept.set(key, icon);
    return icon;
  }

  shape(look, size) {
    return this.keep(`s|${look}|${size}`, size, (context) => this.drawShape(context, look, 20 / size));
  }

  drawShape(context, look, pixel) {
    const {fill, ink} = this.colours.looks[look];
    context.translate(1.2, 1.2);
    context.scale(17.6 / 20, 17.6 / 20);
    const outline = path(SHAPES[look]);
    context.lineJoin = "round";
    context.strokeStyle = this.colours.outline;
    context.lineWidth = 2.4 * pixel;
    context.stroke(outline);
    context.fillStyle = fill;
    context.fill(outline);
    context.fillStyle = context.strokeStyle = ink;
    if (SIGNS[look]) this.drawSign(context, ...SIGNS[look]);
    if (look === "minor") context.fillRect(5, 8.7, 10, 2.6);
    if (STROKES[look]) {
      context.lineWidth = 2.3;
      context.stroke(path(STROKES[look]));
    }
  }

  drawSign(context, text, baseline, size) {
    context.font = `800 ${size}px "Inter Variable", sans-serif`;
    context.textAlign = "center";
    context.fillText(text, 10, baseline);
  }

  // layer classes give the colours; parts come from quantise()
  donut(layer, parts, radius, stale) {
    const size = radius * 2 + 6;
    return this.keep(`d|${layer.title}|${parts.join()}|${radius}|${stale}`, size, (context) => {
      const unit = 20 / size;
      const ring = radius * 0.27 * unit;
      context.fillStyle = this.colours.outline;
      this.disc(context, (radius + 1.5) * unit);
      context.fillStyle = this.colours.card;
      this.disc(context, (radius - 0.5) * unit - ring);
      if (stale) this.hatch(context, radius * unit - ring, unit);
      this.arcs(context, layer, parts, radius * unit - ring / 2, ring);
    });
  }

  disc(context, radius) {
    context.beginPath();
    context.arc(10, 10, radius, 0, 2 * Math.PI);
    context.fill();
  }

  arcs(context, layer, parts, radius, width) {
    let from = -Math.PI / 2;
    context.lineWidth = width;
    for (let rank = parts.length - 1; rank >= 0; rank -= 1) {
      if (!parts[rank]) continue;
      const to = from + (parts[rank] / PARTS) * 2 * Math.PI;
      context.strokeStyle = this.colours.looks[layer.classes[rank].look].fill;
      context.beginPath();
      context.arc(10, 10, radius, from, to);
      context.stroke();
      from = to;
    }
  }

  hatch(context, radius, unit) {
    context.save();
    context.beginPath();
    context.arc(10, 10, radius, 0, 2 * Math.PI);
    context.clip();
    context.strokeStyle = this.colours.hatch;
    context.globalAlpha = 0.55;
    context.lineWidth = 1.3 * unit;
    context.beginPath();
    for (let at = -20; at < 40; at += 4.5 * unit) {
      context.moveTo(at, 20);
      context.lineTo(at + 20, 0);
    }
    context.stroke();
    context.restore();
  }

  // the wave of a site beside its mark; C are the canaries
  wave(number) {
    return this.keep(`w|${number}`, 15 * this.scale, (context) => {
      context.fillStyle = this.colours.outline;
      context.beginPath();
      context.roundRect(0.2, 0.2, 19.6, 19.6, 6);
      context.fill();
      context.fillStyle = this.colours.card;
      context.beginPath();
      context.roundRect(1.8, 1.8, 16.4, 16.4, 5);
      context.fill();
      context.fillStyle = this.colours.text;
      this.drawSign(context, number ? String(number) : "C", 14.6, number > 9 ? 11 : 13);
    });
  }

  badge(kind, look) {
    return this.keep(`b|${kind}|${look}`, 16 * this.scale, (context) => {
      const {fill, ink} = this.colours.looks[look];
      context.fillStyle = this.colours.outline;
      context.beginPath();
      context.roundRect(0.2, 0.2, 19.6, 19.6, 5);
      context.fill();
      context.fillStyle = fill;
      context.beginPath();
      context.roundRect(1.6, 1.6, 16.8, 16.8, 4);
      context.fill();
      context.translate(3, 3);
      context.scale(0.7, 0.7);
      context.strokeStyle = ink;
      context.lineWidth = 2;
      context.stroke(path(BADGES[kind]));
    });
  }
}
