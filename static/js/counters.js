// The alarm counters of the topbar. An event says what one subcloud has now, not what the fleet has: the totals are
// asked for, at most once in two seconds and spread wider when many watch.
import {setServerTime} from "time";

const LEAST_MS = 2000;
let timer = 0;
let last = 0;

async function load() {
  timer = 0;
  last = Date.now();
  const answer = await fetch("/map/counts", {cache: "no-store", headers: {Accept: "application/json"}}).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  setServerTime(answer);
  const counts = await answer.json();
  for (const element of document.querySelectorAll("[data-counter]")) {
    const count = counts[element.dataset.counter];
    if (count !== undefined) element.textContent = Number(count).toLocaleString("en");
  }
}

export function countersChanged(spread) {
  if (timer || !document.querySelector("[data-counter]")) return;
  const wait = Math.max(0, LEAST_MS - (Date.now() - last)) + Math.random() * spread;
  timer = setTimeout(load, wait);
}
