"""How far a release is prestaged as a layer of the map, in a real Chromium: read only when looked at; shapes and words
of its classes; another release; what changes."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import ConsoleMessage, Page

from sites.prestage import PrestageState
from tests.static.conftest import MapServer
from tests.static.test_map_campaign import LEGEND, SAID, SHAPES, WORST
from tests.static.waiting import send, until

FEED = "/operations/prestage/map"
NEWEST, OLDER = "starlingx-26.09.1", "starlingx-26.09.0"
STATES = dict(enumerate([*PrestageState.values, "prestaged", "a-new-word"], 1))


def told(states: dict[int, str], of: str = NEWEST) -> str:
    values = [list(states), list(states.values())]
    address = f"/operations/prestage/?of={of}"
    return json.dumps({"of": of, "releases": [NEWEST, OLDER], "address": address, "values": values})


@pytest.fixture
def fleet(page: Page, map_server: MapServer) -> Iterator[MapServer]:
    """A map whose sites 1 to 8 are told of. It must not complain of anything."""
    found: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and "WebSocket" not in message.text:
            found.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: found.append(str(error)))
    map_server.pages = {FEED: told(STATES), f"{FEED}?of={OLDER}": told({1: "failed"}, OLDER)}
    yield map_server
    assert found == []


def opened(page: Page, server: MapServer, query: str = "?layer=prestage") -> None:
    page.goto(f"{server.url}/map/{query}")
    until(page, LEGEND, lambda legend: legend.get("prestaged") not in (None, "–", "0"))


def feeds(server: MapServer) -> list[str]:
    return [path for path in server.asked if path.startswith(FEED)]


def test_it_is_read_only_when_it_is_looked_at(page: Page, fleet: MapServer) -> None:
    page.goto(f"{fleet.url}/map/")
    until(page, LEGEND, lambda legend: legend.get("critical") not in (None, "–"))
    send(page, {"kind": "cloud.changed", "subject": "cloud:1", "data": {"fields": {"prestage_status": "complete"}}})
    assert page.locator("[data-map-prestage]").is_hidden()
    assert feeds(fleet) == []
    page.click("[data-layer=prestage]")
    until(page, LEGEND, lambda legend: legend.get("prestaged") == "2")
    assert feeds(fleet) == [FEED]
    assert page.locator("[data-map-prestage]").is_visible()
    page.click("[data-layer=alarms]")
    assert page.locator("[data-map-prestage]").is_hidden()


def test_sites_are_drawn_by_their_state_and_unknown_ones_as_not_current(page: Page, fleet: MapServer) -> None:
    opened(page, fleet)
    legend = page.evaluate(LEGEND)
    assert legend == {
        "deployed": "1", "prestaged": "2", "prestaging": "1", "absent": "1", "failed": "1", "unknown": "294",
    }  # fmt: skip
    shapes = page.evaluate(SHAPES)
    assert len({href for _, href in shapes}) == len(shapes)  # each has a shape of its own, whatever its colour
    said = until(page, SAID)
    assert {"last prestage failed", "not prestaged", "not known"} <= set(said)


def test_only_what_is_not_known_is_drawn_as_not_current(page: Page, fleet: MapServer) -> None:
    fleet.rows = [[*row[:2], 50 + row[0] / 10, 10.0, *row[4:]] for row in fleet.rows[:8]]
    opened(page, fleet)
    page.evaluate("fleetMap.map.setView([50.45, 10], 9, {animate: false})")
    stale = "Object.fromEntries(fleetMap.sites.items.map(({id, stale}) => [id, stale]))"
    until(page, stale, lambda found: found == {str(pk): pk in (6, 8) for pk in range(1, 9)})


def test_the_worst_wins_in_a_cluster(page: Page, fleet: MapServer) -> None:
    for row in fleet.rows:
        row[2:4] = [50.0, 10.0]
    opened(page, fleet)
    until(page, WORST, lambda found: found == [[5, 300]])


def test_another_release_is_asked_for_and_kept_in_the_address(page: Page, fleet: MapServer) -> None:
    opened(page, fleet)
    page.select_option("[data-map-prestage] select", OLDER)
    until(page, LEGEND, lambda legend: legend["failed"] == "1" and legend["prestaged"] == "0")
    until(page, "location.search", lambda query: "layer=prestage" in query and f"of={OLDER}" in query)
    assert page.get_attribute("[data-map-prestage] a", "href") == f"/operations/prestage/?of={OLDER}"
    page.reload()
    until(page, LEGEND, lambda legend: legend.get("failed") == "1")
    assert page.eval_on_selector("[data-map-prestage] select", "(box) => box.value") == OLDER


def test_what_changes_is_read_again(page: Page, fleet: MapServer) -> None:
    opened(page, fleet)
    page.evaluate("fleetMap.prestage.readAt -= 5000")
    fleet.pages[FEED] = told(STATES | {4: "prestaged"})
    send(page, {"kind": "cloud.changed", "subject": "cloud:4", "data": {"fields": {"deploy_status": "complete"}}})
    send(page, {"kind": "cloud.changed", "subject": "cloud:4", "data": {"fields": {"prestage_status": "complete"}}})
    until(page, LEGEND, lambda legend: legend["prestaged"] == "3")
    assert len(feeds(fleet)) == 2
