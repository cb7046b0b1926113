// Entry of every page: starts what is on all of them. Pages with more (the map) load their own module beside it.
import "htmx";
import "theme";
import "time";
import "menus";
import "./dialogs.js";
import "keys";
import "rows";
import "toast";

const topics = document.body.dataset.topics?.split(",").map((topic) => topic.trim()).filter(Boolean) ?? [];

// Loaded apart: a stream that cannot start must leave menus and shortcuts working, and must say so.
async function goLive() {
  try {
    const {live} = await import("live");
    live.start({topics});
  } catch (error) {
    console.error("the live stream did not start", error);
    const badge = document.querySelector("[data-live-badge]");
    if (badge) badge.dataset.live = "stale";
    const label = badge?.querySelector("[data-live-word]");
    if (label) label.textContent = "Not live";
  }
}

if (topics.length) goLive();
