// While a subcloud's page is on a screen the collector reads that subcloud every few seconds: this says so, and brings
// the ages on the page up to date, because a reading that changes nothing makes no event. Of alarms every change is an
// event; of anything else a part is read again together with its age, so that no old fact looks as if just read.
import {regionAged} from "./regions.js";

const EVERY_MS = 8000;
const TOLD = new Set(["alarms", "alarm_counts"]); // facets of which nothing changes without an event
let before = "";

function show(facets) {
  for (const [name, {observed_at: at, stale}] of Object.entries(facets)) {
    if (!at) continue;
    for (const age of document.querySelectorAll(`time[data-facet="${CSS.escape(name)}"]`)) {
      age.classList.toggle("stale", stale);
      if (Date.parse(age.dateTime) === Date.parse(at)) continue;
      const region = age.closest("[data-refetch][id]");
      if (region && !TOLD.has(name)) regionAged(region);
      else {
        age.dateTime = at;
        age.removeAttribute("title");
      }
    }
  }
  // hatching and notices belong to the parts: they are drawn anew when a facet goes stale, fails, or recovers
  const states = JSON.stringify(Object.values(facets).map(({stale, failing}) => [stale, failing]));
  if (before && states !== before) document.dispatchEvent(new CustomEvent("dc:resync"));
  before = states;
}

async function tell() {
  const region = document.querySelector("[data-watch]");
  if (!region || document.visibilityState !== "visible") return;
  const headers = JSON.parse(document.body.getAttribute("hx-headers:inherited") ?? "{}");
  const answer = await fetch(region.dataset.watch, {method: "POST", headers}).catch(() => null);
  if (answer?.ok && !answer.redirected) show((await answer.json()).facets);
}

tell();
setInterval(tell, EVERY_MS);
document.addEventListener("visibilitychange", tell);
