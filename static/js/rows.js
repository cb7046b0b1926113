// Live tables. Cells that are on screen are patched from events; anything structural is fetched as a partial by
// regions.js. Events of one frame become one pass over the document, the last value of a cell wins.
import {countersChanged} from "./counters.js";
import {regionsChanged, regionsStale} from "./regions.js";
import {targetState, word} from "./words.js";

const CHANGES = {
  "cloud.alarms": (data) => ({...data, "row-severity": data.severity}),
  "cloud.contact": (data) => data,
  "cloud.ceph": (data) => ({ceph: data.status}),
  "cloud.nic": (data) => ({nic: data.status}),
  "cloud.changed": (data) => data.fields ?? {},
  "alarm.changed": (data) => ({...data, "row-severity": data.severity}),
  "host.changed": (data) => data,
  "port.changed": (data) => data,
  "target.changed": (data, {at}) => ("percent" in data ? {...data, percent: {value: data.percent, at: data.percent_at ?? at}} : data),
};
const TYPES = new Set(["cloud", "alarm", "host", "port", "target"]);

function glow(element) {
  element.classList.remove("patched");
  requestAnimationFrame(() => element.classList.add("patched"));
}

function patchWord(element, attribute, value) {
  if (element.dataset[attribute] === value) return false;
  element.dataset[attribute] = value;
  element.querySelector("use")?.setAttribute("href", `${document.documentElement.dataset.sprite}#${value}`);
  const label = element.querySelector("[data-word]");
  if (label) label.textContent = element.matches(".sev") ? value.charAt(0).toUpperCase() + value.slice(1) : value;
  return true;
}

// The state of a target: its word is not the value, and the row takes its colour too.
function patchTarget(element, value) {
  const [mark, text] = targetState(value);
  if (element.dataset.value === value) return;
  element.dataset.value = value;
  patchWord(element, "state", mark);
  element.querySelector("[data-word]").textContent = text;
  const row = element.closest("tr[data-state]");
  if (row) row.dataset.state = mark;
  glow(element);
}

// A percent is as old as the look that told it; where none is told any more, none is shown.
function patchPercent(element, {value, at}) {
  const text = value === null ? "–" : `${value} %`;
  const age = document.querySelector(`[data-target-age="${CSS.escape(element.dataset.target)}"]`);
  if (age) {
    age.closest(".sub").hidden = value === null;
    if (value !== null && at) age.dateTime = at;
  }
  if (element.textContent === text) return;
  element.textContent = text;
  glow(element);
}

export function patch(element, value) {
  if (element.dataset.field === "percent" && element.dataset.target) return patchPercent(element, value);
  if (element.dataset.target && element.dataset.field === "state") return patchTarget(element, value);
  if (element.dataset.field === "stuck") {
    element.hidden = value !== true;
    return;
  }
  const text = word(element.dataset.field, value);
  if (element.dataset.field === "row-severity") {
    element.dataset.severity = text;
    return;
  }
  let changed = element.textContent !== text;
  if (element.matches(".sev, [data-severity].state")) changed = patchWord(element, "severity", text);
  else if (element.matches(".state")) changed = patchWord(element, "state", text);
  else if (element.matches(".port")) element.dataset.link = text;
  else if (changed) element.textContent = text;
  element.closest(".counts > span")?.toggleAttribute("data-zero", text === "0");
  element.closest(".counts > span")?.toggleAttribute("data-zero", text === "0");
  if (element.matches(".num, .zero")) element.classList.toggle("zero", text === "0");
  if (changed) glow(element);
}

function collect(events) {
  const wanted = new Map(); // "cloud:12" -> fields
  for (const event of events) {
    const fields = CHANGES[event.kind]?.(event.data ?? {}, event);
    if (fields) wanted.set(event.subject, {...wanted.get(event.subject), ...fields});
  }
  return wanted;
}

function apply(wanted) {
  for (const [subject, fields] of wanted) {
    const [type, id] = subject.split(":");
    if (!TYPES.has(type)) continue;
    for (const element of document.querySelectorAll(`[data-${type}="${CSS.escape(id)}"][data-field], .port[data-${type}="${CSS.escape(id)}"]`)) {
      const field = element.dataset.field ?? "link_state";
      if (field in fields && fields[field] !== null) patch(element, fields[field]);
    }
  }
}

document.addEventListener("dc:batch", ({detail}) => {
  regionsChanged(detail.events, detail.spread ?? 0); // before: some regions ask whether a cell will change
  apply(collect(detail.events));
  if (detail.events.some(({kind}) => kind.startsWith("cloud.a") || kind === "cloud.removed" || kind.startsWith("alarm."))) countersChanged(detail.spread ?? 0);
});
document.addEventListener("dc:resync", () => {
  regionsStale();
  countersChanged(0);
});
