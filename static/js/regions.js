// Regions whose rows come and go: <div id="…" data-refetch="URL">. The first change fetches at once, later ones are
// throttled by the spread the server asks for. A region somebody is reading (pointer moved over it lately, or focus
// inside) is not touched: a button says how many changes wait.
import htmx from "htmx";

const KINDS = "alarm.raised alarm.cleared cloud.added cloud.removed";
const LEAST_MS = 2000;
const READING_MS = 15000;
const AGED_MS = 15000; // between two readings of a part whose facts are younger than what it shows
const states = new Map(); // id -> {count, last, timer}
let pointerMoved = 0;

document.addEventListener("pointermove", () => (pointerMoved = Date.now()), {passive: true});

const stateOf = (id) => states.get(id) ?? states.set(id, {count: 0, last: 0, timer: 0}).get(id);

function isRead(region) {
  const under = region.matches(":hover") && Date.now() - pointerMoved < READING_MS;
  return under || (region.contains(document.activeElement) && document.activeElement !== region);
}

// data-refetch-when="state attempt": a target whose cells say the same in these fields stays where it is in its table.
function moves(region, event) {
  const fields = region.dataset.refetchWhen?.split(/\s+/);
  const [type, id] = event.subject.split(":");
  if (!fields || type !== "target") return true;
  const cells = fields.map((field) => region.querySelector(`[data-target="${CSS.escape(id)}"][data-field="${field}"]`));
  return cells.some((cell, at) => !cell || (cell.dataset.value ?? cell.textContent) !== String(event.data?.[fields[at]]));
}

// data-refetch-topic: one or more subjects. What happens to a target concerns those who named it or its operation;
// an event that names no cloud concerns everybody else too.
function isAbout(topics, {subject, data, cloud}) {
  const of = data?.cloud ?? cloud;
  if (topics.includes(subject) || topics.includes(`cloud:${of}`)) return true;
  if (subject.startsWith("target:")) return topics.includes(`operation:${data?.operation}`);
  return of === undefined;
}

function concerns(region, event) {
  if (!(region.dataset.refetchKinds ?? KINDS).split(/\s+/).includes(event.kind)) return false;
  if (!moves(region, event)) return false;
  const topics = region.dataset.refetchTopic?.split(/\s+/);
  return !topics || isAbout(topics, event);
}

async function load(id) {
  const region = document.getElementById(id);
  const state = stateOf(id);
  state.timer = 0;
  if (!region) return;
  state.last = Date.now();
  state.count = 0;
  offer(region, 0);
  const answer = await fetch(region.dataset.refetch, {headers: {"HX-Request": "true", "HX-Target": id}}).catch(() => null);
  if (answer?.headers.has("HX-Redirect")) return location.reload(); // the session ended: the whole page asks to sign in
  if (answer?.status === 404 && region.dataset.refetchTopic) return location.reload(); // it left what may be seen here
  if (!answer?.ok) return;
  const parsed = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(id);
  if (parsed) await htmx.swap({text: parsed.outerHTML, target: region, swap: "outerMorph", sourceElement: region});
}

// The offer floats over the page: a row of its own would push the table down.
function offer(region, count) {
  let button = document.querySelector(`.waiting[data-for="${region.id}"]`);
  if (!count) return button?.remove();
  if (!button) {
    button = Object.assign(document.createElement("button"), {type: "button", className: "waiting"});
    button.dataset.for = region.id;
    button.addEventListener("click", () => load(region.id));
    document.body.append(button);
  }
  button.textContent = `${count} ${count === 1 ? "change waits" : "changes wait"} · show`;
}

function schedule(region, spread) {
  const state = stateOf(region.id);
  if (isRead(region)) {
    offer(region, state.count);
    return;
  }
  if (state.timer) return;
  const wait = Math.max(0, state.last + LEAST_MS - Date.now()) + Math.random() * spread;
  state.timer = setTimeout(() => {
    const still = document.getElementById(region.id);
    state.timer = 0;
    if (!still) return;
    if (isRead(still)) offer(still, state.count);
    else load(region.id);
  }, wait);
}

export function regionsChanged(events, spread) {
  for (const region of document.querySelectorAll("[data-refetch][id]")) {
    const count = events.filter((event) => concerns(region, event)).length;
    if (!count) continue;
    stateOf(region.id).count += count;
    schedule(region, spread);
  }
}

export function regionsStale() {
  for (const region of document.querySelectorAll("[data-refetch][id]")) {
    stateOf(region.id).count += 1;
    schedule(region, 0);
  }
}

export function regionAged(region) {
  const state = stateOf(region.id);
  if (state.timer || isRead(region) || Date.now() - Math.max(opened, state.last) < AGED_MS) return;
  load(region.id);
}

// ages grow although nothing happens, and a reading that changes nothing is no event: what shows ages of many clouds
// (data-refetch-every, seconds) is read again now and then
const opened = Date.now();
setInterval(() => {
  if (document.hidden) return;
  for (const region of document.querySelectorAll("[data-refetch-every][id]")) {
    const due = Math.max(opened, stateOf(region.id).last) + Number(region.dataset.refetchEvery) * 1000;
    if (Date.now() > due && !isRead(region)) load(region.id);
  }
}, 5000);

// what was held back while somebody read is shown as soon as the pointer leaves
setInterval(() => {
  for (const [id, state] of states) {
    const region = document.getElementById(id);
    if (region && state.count && !state.timer && !isRead(region)) schedule(region, 0);
  }
}, 1000);
