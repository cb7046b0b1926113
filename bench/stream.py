"""From the commit of an alarm to the painted page, in one Chromium beside 99 and beside 999 other sockets.

Three pages are open at once: map, list, subcloud page. The severity of one subcloud changes about twice a second; each
page notes when it had painted which severity.
"""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from bench import people
from bench.chromium import chromium
from bench.crowds import crowd, tokens_for
from bench.figures import say, tell
from bench.samples import cpu_seconds, percentile

people.setup()

from django.db import connection  # noqa: E402  Django must be set up first

from bench import changes  # noqa: E402
from bench.programs import web  # noqa: E402
from sites.models import Cloud  # noqa: E402
from tests.journeys.browsing import until_streaming  # noqa: E402

BUDGETS = {99: 0.5, 999: 1.0}
CHANGES, WARM = 100, 8
PAUSE = (0.3, 0.5)  # seconds between changes
WORDS = ("critical", "major", "minor", "warning")
# Notes each new value of `value` once it has been painted: after the frame that follows the change of the document.
OBSERVE = """() => {
  const value = () => { try { return %s; } catch { return null; } };
  let last = value();
  window.painted = [];
  new MutationObserver(() => {
    const now = value();
    if (now === last) return;
    last = now;
    const note = () => window.painted.push([performance.timeOrigin + performance.now(), now]);
    requestAnimationFrame(() => setTimeout(note));
  }).observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
}"""


@dataclass(frozen=True, slots=True)
class Change:
    at: float
    word: str


def main() -> None:
    tokens = tokens_for(max(BUDGETS))
    cloud = Cloud.objects.filter(kind="subcloud", latitude__isnull=False, contact="reachable").order_by("id")[0]
    for others, budget in BUDGETS.items():
        with (
            web() as (url, server),
            crowd(int(url.rsplit(":", 1)[1]), others, tokens) as sockets,
            chromium(url, people.session("bench-stream")) as new_page,
        ):
            changes.quiet([cloud.pk])
            pages = open_pages(new_page, url, cloud)
            change(cloud.pk, WARM)
            for page in pages.values():
                page.evaluate("() => { window.painted = []; }")
            before = sockets.ask()
            cpu = cpu_seconds(server.pid)
            done = change(cloud.pk, CHANGES)
            frames = sockets.ask()
            tell_seen(pages, done, others, budget)
            tell_sockets(frames["seconds"][len(before["seconds"]) :], others)
            spent = cpu_seconds(server.pid) - cpu
            count = frames["frames"] - before["frames"]
            note = f"{spent:.1f} s for {count:,} frames, and for what the pages fetched"
            tell(f"web CPU per frame, {others} sockets", spent / count * 1e6, "µs", None, note)
            assert frames["lost"] == 0, f"{frames['lost']} sockets were lost"
    connection.close()


def open_pages(new_page: Callable[[], Page], url: str, cloud: Cloud) -> dict[str, Page]:
    in_list = f"document.querySelector('[data-map-list] tr[data-select=\"{cloud.pk}\"]').dataset.severity"
    badge = f"document.querySelector('.sev[data-cloud=\"{cloud.pk}\"]').dataset.severity"
    wanted = {
        "map": (f"/?z=12&c={cloud.latitude},{cloud.longitude}", in_list),
        "list": (f"/subclouds/?q={cloud.name}", badge),
        "subcloud page": (f"/subclouds/{cloud.pk}/", badge),
    }
    found = {}
    for name, (path, value) in wanted.items():
        page = new_page()
        page.goto(url + path)
        until_streaming(page)
        page.evaluate(OBSERVE % value)
        found[name] = page
    return found


def change(pk: int, count: int) -> list[Change]:
    draw, pause = random.Random(1), threading.Event()
    done = []
    for number in range(count):
        word = WORDS[number % len(WORDS)]
        done.append(Change(changes.commit({pk: word}), word))
        pause.wait(draw.uniform(*PAUSE))
    pause.wait(2)  # until the last one is on screen
    return done


def tell_seen(pages: dict[str, Page], done: list[Change], others: int, budget: float) -> None:
    for name, page in pages.items():
        painted = [(at / 1000, word) for at, word in page.evaluate("() => window.painted")]
        seconds = [seen(painted, done, number) for number in range(len(done))]
        missed = sum(each == float("inf") for each in seconds)
        note = f"median {percentile(seconds, 50):.2f} s, {len(done)} changes" + (f", {missed} unseen" if missed else "")
        tell(f"commit to screen, p99, {name}, beside {others} sockets", percentile(seconds, 99), "s", budget, note)
    say(f"{len(done)} changes beside {others} sockets")


def seen(painted: list[tuple[float, str]], done: list[Change], number: int) -> float:
    """Seconds until this change was on screen, or one that came after it and had overtaken it."""
    words = {each.word for each in done[number : number + 3]}
    return next((at - done[number].at for at, word in painted if at > done[number].at and word in words), float("inf"))


def tell_sockets(seconds: list[float], others: int) -> None:
    note = f"median {percentile(seconds, 50):.3f} s, from before the commit"
    tell(f"event to socket, p99 over {others} sockets", percentile(seconds, 99), "s", None, note)


if __name__ == "__main__":
    main()
