// Ages, clock times and the clock in the topbar, all from one tick per second and without a request.
// <time data-age data-stale-after="90" datetime> becomes "12 s ago"; <time data-time> follows the chosen zone;
// <time data-elapsed data-long-after="90" datetime> becomes "12 min 40 s".
// The clock of this computer may be wrong: a wrong clock must not make facts look young or old, so the offset to the
// server is taken from the Date header of uncached answers.
import {recall, remember} from "./settings.js";

let zone = recall("zone", "UTC");
let offset = 0; // milliseconds to add to this computer's clock

export const now = () => Date.now() + offset;

// Called with answers that no cache can have kept. Date has whole seconds, so small differences are not one.
export function setServerTime(response) {
  const sent = Date.parse(response.headers.get("Date") ?? "");
  if (Number.isNaN(sent)) return;
  const difference = sent + 500 - Date.now();
  offset = Math.abs(difference) > 2000 ? difference : 0;
}

// A fact from the future was stamped by a clock that was wrong: it is stale, and must not read "0 s ago" for a day.
const AHEAD_MS = 5000; // as sites/freshness.py
const fromFuture = (milliseconds) => milliseconds < -AHEAD_MS;

export function age(milliseconds) {
  if (fromFuture(milliseconds)) return "in the future";
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 172800) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min ago`;
  return `${Math.floor(seconds / 86400)} d ago`;
}

// How long something runs or ran: the same words as sites/lengths.py.
export function length(milliseconds) {
  const whole = Math.max(0, Math.floor(milliseconds / 1000));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 86400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86400)} d ${Math.floor((whole % 86400) / 3600)} h`;
}

const options = (extra) => ({hour12: false, ...(zone === "UTC" ? {timeZone: "UTC"} : {}), ...extra});
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const formats = new Map();
function format(name, extra) {
  const key = `${name}|${zone}`;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("sv-SE", options(extra)));
  return formats.get(key);
}
const clockTime = (date) => format("clock", {hour: "2-digit", minute: "2-digit", second: "2-digit"}).format(date);
const day = (date) => format("day", {year: "numeric", month: "2-digit", day: "2-digit"}).format(date);
export const zoneName = () => (zone === "UTC" ? "UTC" : Intl.DateTimeFormat().resolvedOptions().timeZone.split("/").pop().replaceAll("_", " "));

// short: the time today, day and minute this year, else the day
export function absolute(date, short = false) {
  if (!short) return `${day(date)} ${clockTime(date)} ${zoneName()}`;
  const today = day(new Date(now()));
  if (day(date) === today) return clockTime(date);
  if (day(date).slice(0, 4) !== today.slice(0, 4)) return day(date);
    return `${day(date).slice(8)} ${MONTHS[Number(day(date).slice(5, 7)) - 1]} ${clockTime(date).slice(0, 5)}`;
}

const write = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};

function tickAge(element, at) {
  const date = new Date(element.dateTime);
  if (Number.isNaN(date.getTime())) return;
  const old = at - date.getTime();
  write(element, age(old));
  const limit = Number(element.dataset.staleAfter);
  if (limit) element.toggleAttribute("data-stale", old > limit * 1000 || fromFuture(old));
  if (!element.title) element.title = absolute(date);
}

function tickElapsed(element, at) {
  const began = new Date(element.dateTime).getTime();
  if (Number.isNaN(began)) return;
  write(element, length(at - began));
  if (element.dataset.longAfter) element.toggleAttribute("data-long", at - began > Number(element.dataset.longAfter) * 1000);
}

export function refresh(root = document) {
  const at = now();
  for (const element of root.querySelectorAll("time[data-age]")) tickAge(element, at);
  for (const element of root.querySelectorAll("time[data-elapsed]")) tickElapsed(element, at);
  for (const element of root.querySelectorAll("time[data-time]")) {
    const date = new Date(element.dateTime);
    if (Number.isNaN(date.getTime())) continue;
    write(element, absolute(date, element.dataset.time === "short"));
    element.title = absolute(date);
  }
}

function tick() {
  const at = now();
  for (const clock of document.querySelectorAll("[data-clock]")) {
    clock.dateTime = new Date(at).toISOString();
    write(clock, `${clockTime(new Date(at))} ${zoneName()}`);
  }
  for (const element of document.querySelectorAll("time[data-age]")) tickAge(element, at);
  for (const element of document.querySelectorAll("time[data-elapsed]")) tickElapsed(element, at);
  setTimeout(tick, 1000 - (at % 1000));
}

function chooseZone(value) {
  zone = value;
  remember("zone", value === "UTC" ? "" : "local");
  for (const element of document.querySelectorAll("time[data-age]")) element.removeAttribute("title");
  refresh();
  markZone();
}

function markZone() {
  for (const button of document.querySelectorAll("[data-set-zone]")) {
    button.setAttribute("aria-pressed", String((button.dataset.setZone === "UTC") === (zone === "UTC")));
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-set-zone]");
  if (button) chooseZone(button.dataset.setZone || "local");
});
document.addEventListener("htmx:after:swap", () => refresh());
if (zone === "") zone = "UTC";
refresh();
markZone();
tick();
