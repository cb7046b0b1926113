"""The map in a real Chromium, under the real content security policy."""

from collections import Counter
from collections.abc import Callable

import pytest
from playwright.sync_api import CDPSession, ConsoleMessage, Page

from tests.static.conftest import MapServer, Row
from tests.static.waiting import send, until

LONGEST_TASK = 0.1  # seconds, design §11
SECONDS = 6
HAS_DRAWN = "window.fleetMap?.loaded && window.fleetMap.sites.items.length"
LEGEND = """Object.fromEntries([...document.querySelectorAll("[data-toggle]")]
    .map((button) => [button.dataset.toggle, button.querySelector("b").textContent]))"""
FIRST_ROWS = "[...document.querySelectorAll('[data-map-list] tbody tr')].map((row) => row.dataset.severity)"
FIRST_SITE = """(() => {
    const {drawn: {origin}, placed: [{at}]} = fleetMap.sites;
    return fleetMap.map.layerPointToContainerPoint(at.add(origin));
})()"""


@pytest.fixture
def complaints(page: Page) -> list[str]:
    found: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and "WebSocket" not in message.text:
            found.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def opened(page: Page, server: MapServer, query: str = "") -> None:
    page.goto(f"{server.url}/map/{query}")
    until(page, HAS_DRAWN)


def test_counts_equal_the_feed(page: Page, map_server: MapServer, complaints: list[str]) -> None:
    opened(page, map_server)
    counted = Counter(row[4] for row in map_server.rows)
    legend = until(page, LEGEND, lambda found: found["critical"] != "–")
    assert {name: int(count) for name, count in legend.items() if count != "0"} == dict(counted)
    assert page.inner_text("[data-map-tray]").strip() == "6 without position"
    order = ["critical", "major", "minor", "warning", "indeterminate", "cleared"]
    shown = page.evaluate(FIRST_ROWS)
    assert shown == sorted(shown, key=order.index)
    assert complaints == []


def test_keys_hide_severities_and_the_address_keeps_it(page: Page, map_server: MapServer) -> None:
    opened(page, map_server)
    page.keyboard.press("1")
    until(page, FIRST_ROWS, lambda shown: shown and "critical" not in shown)
    until(page, "location.search", lambda query: "hide=critical" in query)
    page.reload()
    until(page, HAS_DRAWN)
    assert "critical" not in until(page, FIRST_ROWS)


def test_filter_by_slash(page: Page, map_server: MapServer) -> None:
    opened(page, map_server)
    page.keyboard.press("/")
    page.keyboard.type("cloud29")
    until(page, "document.querySelector('[data-map-total]').textContent", lambda text: text == "11 of 300 sites")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement === document.body")


def test_layers_recolour(page: Page, map_server: MapServer) -> None:
    opened(page, map_server, "?layer=freshness")
    legend = until(page, LEGEND, lambda found: found.get("offline") not in (None, "–"))
    assert legend == {"offline": "15", "stale": "0", "fresh": "285"}
    page.click("[data-layer=ceph]")
    until(page, LEGEND, lambda found: found.get("error") not in (None, "–"))
    until(page, "location.search", lambda query: "layer=ceph" in query)


def test_events_change_the_map_within_two_seconds(page: Page, map_server: MapServer) -> None:
    opened(page, map_server)
    quiet = next(row[0] for row in map_server.rows if row[4] == "cleared")
    before = int(until(page, LEGEND, lambda found: found["critical"] != "–")["critical"])
    event = {
        "kind": "cloud.alarms",
        "subject": f"cloud:{quiet}",
        "at": "",
        "data": {"severity": "critical", "active": 1},
    }
    send(page, event)
    until(page, LEGEND, lambda found: int(found["critical"]) == before + 1)
    until(page, "document.querySelector('[data-counter=critical]').textContent", lambda text: text == "41")


def test_an_event_outlives_a_feed_that_was_read_before_it(page: Page, map_server: MapServer) -> None:
    opened(page, map_server)
    quiet = next(row[0] for row in map_server.rows if row[4] == "cleared")
    before = int(until(page, LEGEND, lambda found: found["critical"] != "–")["critical"])
    asked, places = map_server.asked.count("/map/feed"), len(map_server.rows)
    map_server.gate.clear()
    map_server.rows = [*map_server.rows[:-1]]  # so that the new feed can be told from the old one
    page.evaluate("window.fleetMap.reload()")
    until(page, "true", lambda _: map_server.asked.count("/map/feed") > asked)
    send(page, {"kind": "cloud.alarms", "subject": f"cloud:{quiet}", "data": {"severity": "critical", "active": 1}})
    until(page, LEGEND, lambda found: int(found["critical"]) == before + 1)
    map_server.gate.set()
    total = "document.querySelector('[data-map-total]').textContent"
    until(page, total, lambda text: text == f"{places - 1} sites")
    assert int(page.evaluate(LEGEND)["critical"]) == before + 1


def test_a_cloud_that_goes_offline_is_told_by_its_column_name(page: Page, map_server: MapServer) -> None:
    """cloud.changed names columns of the table; the feed has shorter names."""
    opened(page, map_server, "?layer=freshness")
    before = int(until(page, LEGEND, lambda found: found.get("offline") not in (None, "–"))["offline"])
    send(page, {"kind": "cloud.changed", "subject": "cloud:1", "data": {"fields": {"availability_status": "offline"}}})
    until(page, LEGEND, lambda found: int(found["offline"]) == before + 1)


def test_contact_alone_makes_nothing_current(page: Page, map_server: MapServer) -> None:
    """A site that is back, but answers with anything else than its alarms."""
    for row in map_server.rows:
        row[7], row[8] = "online", row[0] == 1
    opened(page, map_server, "?layer=freshness")
    until(page, LEGEND, lambda found: found.get("stale") == "1")
    for data in ({"contact": "unreachable"}, {"contact": "reachable"}, {"contact": "reachable", "stale": True}):
        send(page, {"kind": "cloud.contact", "subject": "cloud:1", "data": data})
        gone = "1" if data["contact"] == "unreachable" else "0"
        until(page, LEGEND, lambda found, gone=gone: found["offline"] == gone)
        assert page.evaluate(LEGEND)["stale"] == str(1 - int(gone))
    send(page, {"kind": "cloud.contact", "subject": "cloud:1", "data": {"contact": "reachable", "stale": False}})
    until(page, LEGEND, lambda found: found["stale"] == "0")


def test_a_site_opens_its_panel_and_escape_closes_it(page: Page, map_server: MapServer) -> None:
    map_server.rows = map_server.rows[:1]
    opened(page, map_server)
    point = page.evaluate(FIRST_SITE)
    page.locator("#map").click(position={"x": point["x"], "y": point["y"]})
    until(page, "document.querySelector('[data-panel-title]').textContent", lambda text: text == "Panel of 1")
    assert "site=1" in until(page, "location.search", lambda query: "site" in query)
    page.keyboard.press("Escape")
    assert page.locator("[data-panel-page]").is_hidden()


def test_no_sites_is_said(page: Page, map_server: MapServer) -> None:
    map_server.rows = []
    page.goto(f"{map_server.url}/map/")
    until(page, "window.fleetMap?.loaded")
    assert "No subclouds yet" in page.inner_text("[data-map-empty]")


def main_thread_seconds(cdp: CDPSession) -> float:
    """Processor time of the page's main thread so far: unlike the length of tasks, it does not grow with other load."""
    metrics = cdp.send("Performance.getMetrics")["metrics"]
    return float(next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration"))


def test_20000_sites_with_50_changes_a_second(
    page: Page, map_server: MapServer, feed_of: Callable[[int], list[Row]]
) -> None:
    """Each second's changes cost the main thread less than the longest task may last."""
    map_server.rows = feed_of(20_000)
    cdp = page.context.new_cdp_session(page)
    cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
    opened(page, map_server)
    page.wait_for_timeout(1000)
    before = main_thread_seconds(cdp)
    for second in range(SECONDS):
        events = [
            {"kind": "cloud.alarms", "subject": f"cloud:{second * 50 + n + 1}", "at": "", "data": {"severity": "major"}}
            for n in range(50)
        ]
        send(page, *events)
        page.wait_for_timeout(1000)
    assert (main_thread_seconds(cdp) - before) / SECONDS <= LONGEST_TASK
