// What the map can colour sites by. A site has one class number per layer; a higher number is worse, and the worst
// wins in a cluster. `look` names colour and shape (see palette.js), `trouble` is the first class that counts as one.
// Shared by page and worker: no DOM here.
export const SEVERITY = ["cleared", "indeterminate", "warning", "minor", "major", "critical"];

const badge = (value) => ({none: 0, ok: 1, unknown: 2, warn: 3, error: 4})[value] ?? 2;
const badgeClasses = (words) => [
  {name: "none", word: words.none, look: "none"},
  {name: "ok", word: words.ok, look: "cleared"},
  {name: "unknown", word: "unknown", look: "indeterminate"},
  {name: "warn", word: words.warn, look: "major"},
  {name: "error", word: words.error, look: "critical"},
];

export const LAYERS = {
  alarms: {
    title: "Alarms",
    trouble: 2,
    classes: SEVERITY.map((name) => ({name, word: name === "indeterminate" ? "unknown" : name, look: name})),
    of: (site) => Math.max(0, SEVERITY.indexOf(site.severity === "unknown" ? "indeterminate" : site.severity)),
  },
  ceph: {
    title: "Ceph",
    trouble: 3,
    classes: badgeClasses({none: "no Ceph", ok: "healthy", warn: "warning", error: "error"}),
    of: (site) => badge(site.ceph),
  },
  nic: {
    title: "NIC",
    trouble: 4,
    classes: [
      {name: "none", word: "no ports", look: "none"},
      {name: "ok", word: "links up", look: "cleared"},
      {name: "partly", word: "partly known", look: "partly"}, // of some ports nobody knows: never drawn like "ok"
      {name: "unknown", word: "unknown", look: "indeterminate"},
      {name: "error", word: "link down", look: "critical"},
    ],
    of: (site) => ({none: 0, ok: 1, partly: 2, unknown: 3, error: 4})[site.nic] ?? 3,
  },
  freshness: {
    title: "Freshness",
    trouble: 1,
    classes: [
      {name: "fresh", word: "fresh", look: "cleared"},
      {name: "stale", word: "stale", look: "major"},
      {name: "offline", word: "offline", look: "critical"},
    ],
    of: (site) => (isOffline(site) ? 2 : site.stale ? 1 : 0),
  },
};

// The class a site is drawn in: what was well when it was last heard is not well now, nobody knows.
export function drawnRank(site, rank, {classes}) {
  if (!(site.stale || isOffline(site)) || classes[rank].look !== "cleared") return rank;
  return Math.max(rank, classes.findIndex(({look}) => look === "indeterminate"));
}

export const isOffline = (site) => site.availability === "offline" || site.contact === "unreachable";
export const layerOf = (name) => LAYERS[name] ?? LAYERS.alarms;
