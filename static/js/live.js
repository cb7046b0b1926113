// The page's one WebSocket, and the badge that says whether what is on screen is live.
//
// Nothing is lost between the rendering of a page and its connection: the page carries the cursor of its rendering
// (<meta name="stream-cursor">), else the last cursor of this tab is older still; the server replays from there.
// What was known already comes again at worst, and patching it again changes nothing.
import {absolute} from "time";

const STALE_MS = 10_000; // without a sign of life, or with a horizon this old
const SILENT_MS = 14_000; // heartbeats come every 5 s: an open socket this quiet is dead
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 20_000;
const SLOW_RETRY_MS = 45_000; // where trying again soon cannot help
const LOOK_MS = 1000;
const KEPT = "dc:stream-cursor";

// the codes with which the server closes (events/consumers.py)
const TOPICS = 4400;
const SIGNED_OUT = 4401;
const SCOPES_CHANGED = 4403;
const FELL_BEHIND = 4408;
const TOO_MANY = 4429;
const REASONS = {
  [TOPICS]: "This page asked for something the stream does not have.",
  [SIGNED_OUT]: "Your session has ended. Sign in again.",
  [TOO_MANY]: "Too many pages are open. Close some of them.",
};

const tell = (name, detail) => document.dispatchEvent(new CustomEvent(`dc:${name}`, {detail}));

function kept() {
  try {
    return sessionStorage.getItem(KEPT) ?? "";
  } catch {
    return ""; // storage is switched off: the page's own cursor is enough
  }
}

function keep(cursor) {
  try {
    sessionStorage.setItem(KEPT, cursor);
  } catch {
    // as above
  }
}

class Live {
  constructor() {
    Object.assign(this, {socket: null, topics: [], attempts: 0, timer: 0, reason: "", blind: false, joined: false});
    this.state = {state: "reconnecting", since: Date.now(), horizonAge: null};
    this.heardAt = 0; // any frame
    this.completeAt = Date.now(); // what is on screen is complete up to here
    this.lag = 0; // milliseconds of horizon age at the last heartbeat
  }

  // topics: a list as in the query string of /ws/stream. A second call is ignored: one socket per page.
  start({topics}) {
    if (this.topics.length) return;
    this.topics = topics;
    this.cursor = document.querySelector('meta[name="stream-cursor"]')?.content || kept();
    this.blind = !this.cursor;
    this.connect();
    setInterval(() => this.look(), LOOK_MS);
    for (const name of ["online", "focus"]) addEventListener(name, () => this.wake());
    document.addEventListener("visibilitychange", () => document.hidden || this.wake());
    addEventListener("pagehide", () => this.leave());
    addEventListener("pageshow", ({persisted}) => persisted && this.wake());
  }

  connect() {
    clearTimeout(this.timer);
    this.timer = 0;
    const query = new URLSearchParams({cursor: this.cursor, topics: this.topics.join(",")});
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/stream?${query}`);
    this.socket = socket;
    this.heardAt = Date.now(); // gives the attempt its time
    socket.addEventListener("message", ({data}) => socket === this.socket && this.hear(JSON.parse(data)));
    socket.addEventListener("close", ({code}) => socket === this.socket && this.closed(code));
    this.look();
  }

  hear(frame) {
    this.heardAt = Date.now();
    if (frame.cursor) this.cursor = frame.cursor;
    if (frame.resync) this.resync();
    else if (frame.error) console.error("event stream:", frame.error);
    else if (frame.events) this.batch(frame);
    else if ("horizon_age" in frame) this.lag = frame.horizon_age * 1000;
    this.completeAt = Math.max(this.completeAt, this.heardAt - this.lag);
    Object.assign(this, {attempts: 0, reason: "", joined: true});
    this.look();
  }

  batch({events, spread}) {
    if (this.blind) this.resync(); // nobody knows what happened since the page was rendered
    if (!events.length) return;
    tell("batch", {events, spread});
    for (const event of events) tell("event", event);
  }

  resync() {
    this.blind = false;
    tell("resync", {});
  }

  closed(code) {
    Object.assign(this, {socket: null, joined: false});
    this.reason = REASONS[code] ?? "";
    if (code === TOPICS) console.error("event stream: unknown topics", this.topics);
    else if (code === SCOPES_CHANGED) this.blind = true; // the page may show too much or too little
    if (code === FELL_BEHIND || code === SCOPES_CHANGED) this.attempts = 0;
    this.timer = setTimeout(() => this.connect(), this.pause(code));
    this.look();
  }

  // Full jitter: after a restart of the server a thousand pages must not come at once.
  pause(code) {
    if (code in REASONS) return SLOW_RETRY_MS * (0.7 + 0.6 * Math.random());
    const longest = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.attempts);
    this.attempts += 1;
    return 100 + longest * Math.random();
  }

  // After sleep, a lost network or a hidden tab: timers stood still, so look at the clock, and do not wait.
  wake() {
    this.look();
    if (this.timer) {
      this.attempts = 0;
      this.connect();
    }
  }

  leave() {
    keep(this.cursor);
    const {socket} = this;
    Object.assign(this, {socket: null, joined: false});
    socket?.close(1000);
    this.timer ||= setTimeout(() => this.connect(), LAST_RETRY_MS); // only runs if the page comes back
  }

  // Once a second and at every change: the state follows from times alone, so a pause cannot make it lie.
  look() {
    const now = Date.now();
    if (this.heardAt > now) this.heardAt = now; // the clock was set back
    if (this.completeAt > now) this.completeAt = now;
    if (this.socket && now - this.heardAt > SILENT_MS) this.drop();
    const quiet = now - this.completeAt;
    if (quiet > STALE_MS || this.reason) this.show("stale", this.completeAt, quiet);
    else this.show(this.joined ? "live" : "reconnecting", now, quiet);
    if (now - (this.keptAt ?? 0) > 5 * LOOK_MS && this.cursor) {
      this.keptAt = now;
      keep(this.cursor);
    }
  }

  drop() {
    const {socket} = this;
    this.closed(1006); // its own close event may come minutes later, and is not listened to any more
    socket.close();
  }

  show(state, since, horizonAge) {
    const changed = state !== this.state.state;
    const at = state === "stale" || changed ? since : this.state.since;
    const same = !changed && at === this.state.since;
    this.state = {state, since: at, horizonAge};
    if (!same) tell("state", this.state);
    for (const badge of document.querySelectorAll("[data-live-badge]")) this.paint(badge);
  }

  paint(badge) {
    const {state, since} = this.state;
    const words = {live: "Live", reconnecting: "Reconnecting", stale: `Stale since ${absolute(new Date(since), true)}`};
    // the stream may be live while nobody reads the fleet: then there is nothing that could be live
    if (state === "live" && document.querySelector("[data-late='collector']")) return this.draw(badge, "stale", "Live, facts late", "The stream works, but a System Controller is not read: see the banner.");
    const why = this.reason || {live: "Changes appear as they happen.", reconnecting: "The connection to the portal was lost.", stale: "Changes after this time are not shown."}[state];
    this.draw(badge, state, words[state], why);
  }

  draw(badge, look, text, why) {
    const shape = `${document.documentElement.dataset.sprite}#${look}`;
    const use = badge.querySelector("[data-live-shape]");
    const label = badge.querySelector("[data-live-word]");
    if (badge.dataset.live !== look) badge.dataset.live = look;
    if (use && use.getAttribute("href") !== shape) use.setAttribute("href", shape);
    if (label && label.textContent !== text) label.textContent = text;
    if (badge.title !== why) badge.title = why;
  }
}

export const live = new Live();
