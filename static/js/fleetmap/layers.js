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

// How a site of a campaign stands: [class, word], as operations/standings.py has them (a test compares). Sites that are
// excused have failed or have new alarms: a person's word keeps them out of the limits, not off the map.
export const STANDINGS = {
  held: ["held", "needs a decision"],
  failed: ["failed", "failed"],
  alarmed: ["failed", "with new alarms"],
  running: ["running", "running"],
  on_hold: ["held", "on hold"],
  waiting: ["waiting", "waiting"],
  ready: ["waiting", "to come"],
  excused: ["failed", "excused"],
  completed: ["done", "completed"],
  held_back: ["held", "held back"],
  skipped: ["skipped", "skipped"],
  cancelled: ["skipped", "not run"],
  refused: ["apart", "takes no part"],
};
const CAMPAIGN = [
  {name: "apart", word: "not in it", look: "apart", state: "none"},
  {name: "skipped", word: "skipped or not run", look: "skipped", state: "skipped"},
  {name: "done", word: "done", look: "cleared", state: "ok"},
  {name: "waiting", word: "waiting", look: "waiting", state: "waiting"},
  {name: "running", word: "running", look: "busy", state: "busy"},
  {name: "held", word: "held, or needs a decision", look: "major", state: "warn"},
  {name: "failed", word: "failed, or new alarms", look: "critical", state: "failed"},
];
// How far a release is prestaged at a site, as sites/prestage.py has them (a test compares).
const PRESTAGE = [
  {name: "deployed", word: "deployed already", look: "none"},
  {name: "prestaged", word: "prestaged", look: "cleared"},
  {name: "prestaging", word: "prestaging", look: "busy", state: "busy"},
  {name: "unknown", word: "not known", look: "indeterminate"},
  {name: "absent", word: "not prestaged", look: "major", state: "warn"},
  {name: "failed", word: "last prestage failed", look: "critical", state: "failed"},
];
const PRESTAGE_RANKS = Object.fromEntries(PRESTAGE.map(({name}, rank) => [name, rank]));
const CAMPAIGN_RANKS = Object.fromEntries(Object.entries(STANDINGS).map(([value, [name]]) => [value, CAMPAIGN.findIndex((one) => one.name === name)]));

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
  campaign: {
    title: "Campaign",
    trouble: 5,
    classes: CAMPAIGN,
    told: true, // by dcmanager's steps, not by the site: it is as new as the campaign, also where the site is silent
    of: (site) => CAMPAIGN_RANKS[site.standing] ?? 0,
  },
  prestage: {
    title: "Prestage",
    trouble: 4,
    classes: PRESTAGE,
    told: true, // by releases and dcmanager, with ages of their own: what is too old comes as not known
    of: (site) => PRESTAGE_RANKS[site.prestage] ?? PRESTAGE_RANKS.unknown,
    stale: (site) => (PRESTAGE_RANKS[site.prestage] ?? PRESTAGE_RANKS.unknown) === PRESTAGE_RANKS.unknown,
  },
};

// The class a site is drawn in: what was well when it was last heard is not well now, nobody knows.
export function drawnRank(site, rank, {classes, told}) {
  if (told || !(site.stale || isOffline(site)) || classes[rank].look !== "cleared") return rank;
  return Math.max(rank, classes.findIndex(({look}) => look === "indeterminate"));
}

// Whether what the layer says of a site is drawn as not current.
export const isStale = (site, layer) => Boolean(layer.stale ? layer.stale(site) : site.stale);
export const isOffline = (site) => site.availability === "offline" || site.contact === "unreachable";
// "running, wave 2"; 0 are the canaries
export function standingWords({standing, wave}) {
  const word = STANDINGS[standing]?.[1] ?? "not in the campaign";
  return wave === null || wave === undefined ? word : `${word}, ${wave ? `wave ${wave}` : "canaries"}`;
}

export const layerOf = (name) => LAYERS[name] ?? LAYERS.alarms;
