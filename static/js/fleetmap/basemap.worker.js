// The basemap off the main thread: decodes TopoJSON, cuts it into tiles, paints them on OffscreenCanvas and hands the
// bitmaps over; says which names to write. Two sets of data: lite at once, detail when the page says it has zoomed in.
import "../../vendor/topojson-client@3.1.0/dist/topojson-client.min.js";
import "../../vendor/geojson-vt@4.0.2/geojson-vt.js";
import {paint} from "./painter.js";

const EDGE = 179.99; // rings are cut at the antimeridian: that cut is not a coast
let detail = false;
const data = {lite: null, detail: null};
const labels = {countries: [], cities: []};

const here = (file, base) => new URL(file, base);
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

// Without its ground the map still works: the files are asked for again until they come, ever more slowly.
async function json(url, wait = 1000) {
  const response = await fetch(url).catch(() => null);
  if (response?.ok) return response.json();
  await pause(wait);
  return json(url, Math.min(wait * 2, 60_000));
}

// Coasts are the rings of the land without the stretches that run along the edge of the world.
function coastOf(land) {
  const lines = [];
  const polygons = land.features.flatMap(({geometry}) => (geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates));
  for (const ring of polygons.flat()) {
    let line = [];
    ring.forEach((point, at) => {
      if (at && Math.abs(point[0]) > EDGE && Math.abs(ring[at - 1][0]) > EDGE) {
        if (line.length > 1) lines.push(line);
        line = [];
      }
      line.push(point);
    });
    if (line.length > 1) lines.push(line);
  }
  return {type: "Feature", properties: {}, geometry: {type: "MultiLineString", coordinates: lines}};
}

const collect = (topology, name) => {
  const found = topojson.feature(topology, topology.objects[name]);
  return found.type === "FeatureCollection" ? found : {type: "FeatureCollection", features: [found]};
};

function cut(shape, zoom) {
  return geojsonvt(shape, {maxZoom: zoom, indexMaxZoom: 4, indexMaxPoints: 40000, tolerance: 2.5, extent: 4096, buffer: 80});
}

async function decode(url, zoom) {
  const topology = await json(url);
  const land = collect(topology, "land");
  return {
    land: cut(land, zoom), coast: cut(coastOf(land), zoom), lakes: cut(collect(topology, "lakes"), zoom),
    borders: cut(collect(topology, "borders"), zoom), states: cut(collect(topology, "states"), zoom),
  };
}

const loading = {};
const lite = (base) => (loading.lite ??= Promise.all([
  decode(here("lite.topo.json", base), 9).then((found) => (data.lite = found)),
  json(here("labels.json", base)).then((found) => Object.assign(labels, found)),
]));
const more = (base) => (loading.detail ??= Promise.all([
  decode(here("detail.topo.json", base), 13).then((found) => (data.detail = found)),
  json(here("labels-detail.json", base)).then((found) => (labels.cities = labels.cities.concat(found.cities))),
]).then(() => {
  detail = true;
  postMessage({type: "detail"});
}));

// zoom is the map's; a tile of `size` pixels stands for the usual 256-pixel tile one zoom out
function draw({id, x, y, zoom, size, ratio, colours}) {
  const set = detail && zoom >= 6 ? data.detail : data.lite;
  const z = zoom - Math.log2(size / 256);
  const canvas = new OffscreenCanvas(size * ratio, size * ratio);
  const parts = Object.fromEntries(Object.entries(set).map(([name, tiles]) => [name, tiles.getTile(z, x, y)]));
  paint(canvas.getContext("2d", {alpha: false}), size, ratio, parts, zoom, colours);
  const bitmap = canvas.transferToImageBitmap();
  postMessage({type: "tile", id, bitmap}, [bitmap]);
}

// Names to be written in a part of the world; build.py has already seen to it that they do not overlap.
function names({zoom, padded: [west, south, east, north]}) {
  const inside = ([longitude, latitude, first]) => zoom >= first && longitude >= west * 100 && longitude <= east * 100 && latitude >= south * 100 && latitude <= north * 100;
  const plain = ([longitude, latitude, , text]) => [latitude / 100, longitude / 100, text];
  postMessage({type: "names", zoom, lands: zoom > 7 ? [] : labels.countries.filter(inside).map(plain), cities: labels.cities.filter(inside).map(plain)});
}

addEventListener("message", async ({data: message}) => {
  await lite(message.base);
  if (message.type === "prepare") return;
  if (message.zoom >= 6) more(message.base);
  if (message.type === "names") names(message);
  else draw(message);
});
