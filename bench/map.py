"""The map of 20,000 sites in Chromium: the first view, what it loads, and 50 changes a second without a long task."""

import gzip
import threading
import time
from pathlib import Path

from playwright.sync_api import Page, Response

from bench import people
from bench.chromium import chromium
from bench.figures import say, tell

people.setup()

from bench import changes  # noqa: E402  Django must be set up first
from bench.programs import web  # noqa: E402
from sites.models import Cloud  # noqa: E402
from tests.journeys.browsing import until, until_streaming  # noqa: E402

FIRST_VIEW_S, DATA_KB, LONG_TASK_MS = 2.0, 400.0, 100.0
VIEWS = 3
SECONDS, PER_SECOND, BATCHES = 10, 50, 5
WORDS = ("critical", "major", "minor", "warning")
DRAWN = "performance.getEntriesByName('map-drawn').length && performance.getEntriesByName('map-loaded').length"
WATCH = """() => {
  window.longTasks = [];
  new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map(({duration}) => duration)))
    .observe({type: "longtask"});
}"""


def main() -> None:
    with web() as (url, _), chromium(url, people.session("bench-map")) as new_page:
        seconds = sorted(first_view(new_page(), url) for _ in range(VIEWS))
        say(f"first views: {', '.join(f'{each:.2f} s' for each in seconds)}")
        page = new_page()
        data = weigh(page, url)
        note = f"median of {VIEWS}, each with an empty cache, from navigation until sites are drawn"
        tell("first view of 20,000 sites", seconds[VIEWS // 2], "s", FIRST_VIEW_S, note)
        tell("data, gzipped", sum(data.values()) / 1000, "kB", DATA_KB, told(data))
        until_streaming(page)
        longest, count, seen = storm(page)
        note = f"{count} tasks over 50 ms; {seen} changes were drawn"
        tell(f"longest task while {PER_SECOND} sites change each second", longest, "ms", LONG_TASK_MS, note)


def first_view(page: Page, url: str) -> float:
    page.goto(url, wait_until="commit")
    until(page, DRAWN, timeout=60)
    found = page.evaluate("() => performance.getEntriesByName('map-drawn').map((mark) => mark.startTime)")
    loaded = page.evaluate("() => performance.getEntriesByName('map-loaded')[0].startTime")
    page.context.close()
    return float(min(each for each in found if each >= loaded)) / 1000


def weigh(page: Page, url: str) -> dict[str, int]:
    """Bytes of the feed and of the basemap as they came over the wire, by name."""
    sizes: dict[str, int] = {}

    def note(response: Response) -> None:
        path = response.url.removeprefix(url).split("?")[0]
        if path == "/map/feed" or (path.startswith("/static/basemap/") and path.endswith("json")):
            packed = response.headers.get("content-encoding") == "gzip"
            length = int(response.headers.get("content-length") or len(gzip.compress(response.body())))
            sizes[Path(path).name + ("" if packed else " (not packed)")] = length

    page.on("response", note)
    page.goto(url)
    until(page, DRAWN, timeout=60)
    page.wait_for_load_state("networkidle")
    return sizes


def told(sizes: dict[str, int]) -> str:
    return ", ".join(f"{name} {size / 1000:.0f}" for name, size in sorted(sizes.items()))


def storm(page: Page) -> tuple[float, int, int]:
    """The longest task in milliseconds, how many were longer than 50, and how often the map was drawn."""
    placed = Cloud.objects.filter(kind="subcloud", latitude__isnull=False)
    pks = list(placed.order_by("id").values_list("pk", flat=True))
    drawn = "() => performance.getEntriesByName('map-drawn').length"
    page.evaluate(WATCH)
    before, clock, pause = page.evaluate(drawn), time.monotonic(), threading.Event()
    share = PER_SECOND // BATCHES
    for number in range(SECONDS * BATCHES):
        chosen = [pks[(number * share + each) * 37 % len(pks)] for each in range(share)]
        changes.commit(dict.fromkeys(chosen, WORDS[number % len(WORDS)]))
        pause.wait(max(0.0, clock + (number + 1) / BATCHES - time.monotonic()))
    late = time.monotonic() - clock - SECONDS
    if late > 1:
        say(f"the changes took {late:.1f} s longer than they should")
    page.wait_for_timeout(2000)
    tasks = page.evaluate("() => window.longTasks")
    return max(tasks, default=0.0), len(tasks), page.evaluate(drawn) - before


if __name__ == "__main__":
    main()
