// Everything about the fleet that costs time: fetching and parsing the feed, filtering, clustering. The page only
// draws what `view` answers. Import maps do not reach workers: imports are relative.
import "../../vendor/supercluster@9.1.0/dist/supercluster.min.js";
import {Fleet} from "./fleet.js";
import {isOffline, isStale, layerOf} from "./layers.js";

const MAX_ZOOM = 11;
const fleet = new Fleet();
let index = null;
let current = {features: [], counts: [], total: 0, unlocated: 0};
let view = null;
let ready = false;
let loading = 0; // readings of the feed under way
let asked = 0; // readings of the campaign so far
let askedPrestage = 0; // and of how far a release is prestaged
let meanwhile = []; // changes that came since the first of them began: the feed may be older than these
let chosen = JSON.stringify([fleet.layer, [], "", 1, null]); // what the index is made for

const LOOK_MS = 5000;
const RADIUS = 46; // pixels within which sites become one mark
let reach = RADIUS;

const zeros = (length) => new Array(length).fill(0);

function reindex() {
  const layer = layerOf(fleet.layer);
  const {classes} = layer;
  current = fleet.features();
  const now = Date.now();
  index = new Supercluster({
    radius: reach, extent: 256, maxZoom: MAX_ZOOM, minPoints: 2,
    map: ({site, rank}) => {
      const counts = zeros(classes.length);
      counts[rank] = 1;
      return {counts, worst: rank, ceph: site.ceph === "error" ? 1 : 0, nic: site.nic === "error" ? 1 : 0, stale: isStale(site, layer) || isOffline(site) ? 1 : 0, isNew: site.newUntil > now ? 1 : 0};
    },
    reduce: (sum, one) => {
      // the first reduce gets the accumulator of map by reference: counts are copied, never shared
      sum.counts = sum.counts.map((count, at) => count + one.counts[at]);
      sum.worst = Math.max(sum.worst, one.worst);
      sum.ceph += one.ceph;
      sum.nic += one.nic;
      sum.stale += one.stale;
      sum.isNew += one.isNew;
    },
  }).load(current.features);
}

function item({geometry, properties, id}) {
  const [lon, lat] = geometry.coordinates;
  if (properties.cluster) {
    const {counts, worst, ceph, nic, stale, isNew, point_count: size} = properties;
    return {lon, lat, cluster: id, counts, worst, ceph, nic, stale, isNew, size};
  }
  const {site, rank} = properties;
  return {lon, lat, id: site.id, name: site.name, worst: rank, severity: site.severity, ceph: site.ceph, nic: site.nic, stale: isStale(site, layerOf(fleet.layer)), offline: isOffline(site), isNew: site.newUntil > Date.now(), active: site.active, availability: site.availability, standing: site.standing, wave: site.wave};
}

function answer(reason) {
  if (!ready || !view) return;
  const {bounds, padded, zoom} = view;
  postMessage({
    type: "view", reason, zoom, layer: fleet.layer,
    items: index.getClusters(padded, zoom).map(item),
    list: fleet.inView(current.features, bounds),
    counts: current.counts, total: current.total, all: fleet.sites.size, unlocated: current.unlocated,
  });
}

function change({patches, removed}) {
  removed.forEach((id) => fleet.remove(id));
  if (fleet.patch(patches)) postMessage({type: "stranger"});
}

async function load(url) {
  loading += 1;
  try {
    await read(url);
  } finally {
    loading -= 1;
    if (!loading) meanwhile = [];
  }
}

async function read(url) {
  const response = await fetch(url, {cache: "no-store", headers: {Accept: "application/json"}});
  if (response.redirected || response.status === 401 || response.status === 403) return postMessage({type: "refused"});
  if (!response.ok) return postMessage({type: "failed", status: response.status});
  fleet.load(await response.json());
  meanwhile.forEach(change);
  const first = !ready;
  ready = true;
  reindex();
  postMessage({type: "loaded", first, bounds: fleet.bounds(), size: fleet.sites.size});
  answer("load");
}

// the campaign's own feed; an answer that was overtaken by a later question is dropped
async function mark(url) {
  asked += 1;
  const number = asked;
  const response = await fetch(url, {cache: "no-store", headers: {Accept: "application/json"}});
  if (response.redirected || response.status === 401 || response.status === 403) return postMessage({type: "refused"});
  if (!response.ok) return postMessage({type: "unmarked", status: response.status});
  const {title, address, waves, ...sites} = await response.json();
  if (number !== asked) return;
  fleet.mark(sites);
  postMessage({type: "marked", title, address, waves});
  if (!ready) return;
  reindex();
  answer("marked");
}

async function prestage(url) {
  askedPrestage += 1;
  const number = askedPrestage;
  const response = await fetch(url, {cache: "no-store", headers: {Accept: "application/json"}});
  if (response.redirected || response.status === 401 || response.status === 403) return postMessage({type: "refused"});
  if (!response.ok) return postMessage({type: "unprestaged"});
  const {values, ...told} = await response.json();
  if (number !== askedPrestage) return;
  fleet.prestage({values});
  postMessage({type: "prestaged", ...told});
  if (!ready || fleet.layer !== "prestage") return;
  reindex();
  answer("prestaged");
}

const actions = {
  campaign: ({url}) => mark(url).catch(() => postMessage({type: "unmarked", status: 0})),
  prestage: ({url}) => prestage(url).catch(() => postMessage({type: "unprestaged"})),
  load: ({url}) => load(url).catch(() => postMessage({type: "failed", status: 0})),
  view: (message) => {
    view = message;
    answer("view");
  },
  choose: ({layer, hidden, needle, scale, wave}) => {
    const wanted = JSON.stringify([layer, hidden, needle, scale, wave]);
    if (wanted !== chosen) {
      reach = RADIUS * scale;
      Object.assign(fleet, {layer, hidden: new Set(hidden), needle: needle.toLowerCase(), wave});
      chosen = wanted;
      if (ready) reindex();
    }
    answer("choose");
  },
  patch: (message) => {
    if (loading || !ready) meanwhile.push(message);
    if (!ready) return;
    change(message);
    reindex();
    answer("patch");
  },
  open: ({cluster}) => {
    const zoom = Math.min(index.getClusterExpansionZoom(cluster), MAX_ZOOM + 1);
    const leaves = index.getLeaves(cluster, 200).map(({geometry}) => geometry.coordinates);
    postMessage({type: "open", zoom, leaves});
  },
  find: ({id, fly}) => {
    const site = fleet.sites.get(id);
    postMessage({type: "found", fly, site: site && {...site}});
  },
};

// marks of what is new go out without an event
setInterval(() => {
  if (!ready || !fleet.newUntil) return;
  if (Date.now() > fleet.newUntil) fleet.newUntil = 0;
  reindex();
  answer("aged");
}, LOOK_MS);

addEventListener("message", ({data}) => actions[data.type](data));
