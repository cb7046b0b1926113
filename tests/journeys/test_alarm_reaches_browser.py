"""One alarm at one site is on every open page that concerns it, without a reload; and so is its end."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.journeys.browsing import Troubles, seen_at, sign_in, until, until_live, watch
from tests.journeys.installation import Installation, Row
from tests.waiting import wait_until

ROUNDS = 5
REASON = "Journey's own reason"


@dataclass
class OpenPage:
    """A page, what it shows while the alarm stands, and what once it is gone."""

    name: str
    page: Page
    raised: str
    cleared: str
    troubles: Troubles


@pytest.fixture
def site(calm: Installation) -> Row:
    return calm.quiet()[0]


@pytest.fixture
def open_pages(calm: Installation, context: BrowserContext, site: Row) -> list[OpenPage]:
    sign_in(context.new_page(), calm.portal)
    pk, spot = site["id"], f"{site['latitude']},{site['longitude']}"
    on_map = f"document.querySelector('[data-map-list] tr[data-select=\"{pk}\"]').dataset.severity"
    in_list = f"document.querySelector('[data-cloud=\"{pk}\"][data-field=critical]').textContent"
    on_page = "document.querySelector('#alarms-panel').textContent"
    badge = f"document.querySelector('.sev[data-cloud=\"{pk}\"]').dataset.severity"
    opened = [
        ("map", f"/?z=12&c={spot}", f"{on_map} === 'critical'", f"{on_map} === 'cleared'"),
        ("list", "/subclouds/?limit=1000", f"{in_list} === '1'", f"{in_list} === '0'"),
        ("badge", f"/subclouds/{pk}/", f"{badge} === 'critical'", f"{badge} === 'cleared'"),
        ("alarms", f"/subclouds/{pk}/", f"{on_page}.includes({REASON!r})", f"!{on_page}.includes({REASON!r})"),
    ]
    return [opened_page(context, calm, *each) for each in opened]


def opened_page(
    context: BrowserContext, calm: Installation, name: str, path: str, raised: str, cleared: str
) -> OpenPage:
    page = context.new_page()
    troubles = Troubles(page)
    page.goto(calm.portal.url + path)
    until_live(page)
    page.evaluate("() => { window.neverReloaded = true; }")
    until(page, cleared, what=f"{name} shows the quiet site")
    return OpenPage(name, page, raised, cleared, troubles)


def committed_at(calm: Installation, kind: str, site: Row, after: int) -> float:
    """Seconds since 1970 at which the collector wrote the event: at most a few milliseconds before its commit."""
    query = (
        "SELECT extract(epoch FROM stored_at)::float8 FROM events_event"
        " WHERE id > %s AND cloud_id = %s AND kind = %s AND data->>'alarm_id' = '100.101'"
    )
    found = wait_until(lambda: calm.sql(query, after, site["id"], kind), timeout=20, what=f"{kind} of {site['name']}")
    return float(found[0][0])


def one_change(
    calm: Installation, site: Row, pages: list[OpenPage], kind: str, do: Callable[[], None]
) -> dict[str, float]:
    """Seconds from commit to pixel by page."""
    last = calm.sql("SELECT coalesce(max(id), 0) FROM events_event")[0][0]
    for each in pages:
        watch(each.page, kind, each.raised if kind == "alarm.raised" else each.cleared)
    do()
    committed = committed_at(calm, kind, site, last)
    return {each.name: seen_at(each.page, kind) - committed for each in pages}


def test_an_alarm_and_its_end_reach_every_open_page(
    calm: Installation, site: Row, open_pages: list[OpenPage], record_property: Callable[[str, object], None]
) -> None:
    number, map_page = site["dcmanager_id"], open_pages[0].page
    before = marker_pixels(map_page, site["id"])
    rounds = []
    for turn in range(ROUNDS):
        raised = lambda: calm.raise_alarm(number, reason_text=REASON)  # noqa: E731
        rounds.append(one_change(calm, site, open_pages, "alarm.raised", raised))
        if turn == 0:
            until(map_page, f"{MARKER_SEVERITY % site['id']} === 'critical'", what="the marker is critical")
            wait_until(lambda: marker_pixels(map_page, site["id"]) != before, what="the marker was painted anew")
        rounds.append(one_change(calm, site, open_pages, "alarm.cleared", lambda: calm.clear_alarm(number)))
    report(rounds, record_property)  # how long that may take, make bench judges
    for each in open_pages:
        assert each.page.evaluate("() => window.neverReloaded"), f"{each.name} was loaded again"
        assert each.troubles.all() == []


def report(rounds: list[dict[str, float]], record_property: Callable[[str, object], None]) -> None:
    for name in rounds[0]:
        seconds = sorted(each[name] for each in rounds)
        told = f"median {statistics.median(seconds):.3f} s, worst {seconds[-1]:.3f} s"
        record_property(f"commit to pixel, {name}", told)
        print(f"commit to pixel, {name}: {told}")  # noqa: T201


MARKER_SEVERITY = "window.fleetMap.sites.placed.find(({item}) => item.id === %d).item.severity"
MARKER_PIXELS = """(id) => {
  const {canvas, icons, placed} = window.fleetMap.sites;
  const {at} = placed.find(({item}) => item.id === id);
  const copy = new OffscreenCanvas(12, 12).getContext("2d", {willReadFrequently: true});
  copy.drawImage(canvas, 6 - at.x * icons.ratio, 6 - at.y * icons.ratio);
  return [...copy.getImageData(0, 0, 12, 12).data].join();
}"""


def marker_pixels(page: Page, pk: int) -> str:
    """What the middle of a site's marker looks like."""
    return str(page.evaluate(MARKER_PIXELS, pk))
