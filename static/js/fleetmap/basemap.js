// Leaflet's side of the basemap: asks the worker for tiles and shows the bitmaps it sends.
const L = window.L;
const SIZE = 512;

export const Basemap = L.GridLayer.extend({
  options: {tileSize: SIZE, keepBuffer: 1, updateWhenZooming: false, attribution: "Made with Natural Earth · Cities © GeoNames CC BY 4.0"},

  initialize({ground, base, colours, onNames, onDetail}) {
    L.setOptions(this, {});
    this.base = base;
    this.colours = colours;
    this.waiting = new Map();
    this.next = 0;
    this.worker = ground.worker;
    ground.listen((data) => this.hear(data, onNames, onDetail));
  },

  hear(data, onNames, onDetail) {
    if (data.type === "tile") this.show(data);
    if (data.type === "names") onNames(data);
    if (data.type !== "detail") return;
    this.repaint();
    onDetail();
  },

  askNames({padded, zoom}) {
    this.worker.postMessage({type: "names", padded, zoom, base: this.base});
  },

  createTile(coords, done) {
    const canvas = document.createElement("canvas");
    this.ask(canvas, coords, done);
    return canvas;
  },

  ask(canvas, {x, y, z}, done = null) {
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const id = (this.next += 1);
    this.waiting.set(id, {canvas, done, ratio});
    this.worker.postMessage({type: "tile", id, x, y, zoom: z, size: SIZE, ratio, base: this.base, colours: this.colours});
  },

  show({id, bitmap}) {
    const {canvas, done, ratio} = this.waiting.get(id);
    this.waiting.delete(id);
    canvas.width = canvas.height = SIZE * ratio;
    canvas.getContext("bitmaprenderer").transferFromImageBitmap(bitmap);
    done?.(null, canvas);
  },

  // other colours, or finer data: the tiles on screen are painted anew in place, nothing flashes
  repaint(colours = this.colours) {
    this.colours = colours;
    for (const {el, coords} of Object.values(this._tiles)) this.ask(el, coords);
  },
});
