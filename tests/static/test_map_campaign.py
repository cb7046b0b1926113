"""A campaign as a layer of the map, in a real Chromium: shapes and words of its sites, its waves, what changes."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import ConsoleMessage, Page

from operations.standings import Standing
from tests.static.conftest import FRAME, MapServer
from tests.static.waiting import send, until

LAYERS = Path(__file__).resolve().parents[2] / "static" / "js" / "fleetmap" / "layers.js"
FEED = "/operations/7/campaign/map"
LEGEND = """Object.fromEntries([...document.querySelectorAll("[data-toggle]")].filter((button) => !button.hidden)
    .map((button) => [button.dataset.toggle, button.querySelector("b").textContent]))"""
TOTAL = "document.querySelector('[data-map-total]').textContent"
SAID = "[...document.querySelectorAll('[data-map-list] tbody .sub')].map((said) => said.textContent)"
SHAPES = """[...document.querySelectorAll("[data-toggle]:not([hidden])")]
    .map((button) => [getComputedStyle(button.querySelector("svg")).color, button.querySelector("use").href.baseVal])"""
WORST = "fleetMap.sites.items.map(({worst, size}) => [worst, size])"


def told(sites: dict[int, tuple[str, int | None]], title: str = "Patch <b>1</b>") -> str:
    values = [list(sites), [word for word, _ in sites.values()], [wave for _, wave in sites.values()]]
    waves = [[0, "Canaries"], [1, "North"], [2, "South"]]
    return json.dumps({"title": title, "address": "/operations/7/", "waves": waves, "values": values})


SITES: dict[int, tuple[str, int | None]] = {
    1: ("completed", 0), 2: ("alarmed", 0), 3: ("running", 1), 4: ("on_hold", 1), 5: ("ready", 1), 6: ("ready", 2),
    7: ("skipped", 2), 8: ("refused", None),
}  # fmt: skip


@pytest.fixture
def campaign(page: Page, map_server: MapServer) -> Iterator[MapServer]:
    """The page of a map that looks at campaign 7. It must not complain of anything."""
    found: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and "WebSocket" not in message.text:
            found.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: found.append(str(error)))
    map_server.pages = {"/map/of": render_to_string("map/map.html", FRAME | {"campaign": 7}), FEED: told(SITES)}
    yield map_server
    assert found == []


def opened(page: Page, server: MapServer, query: str = "?campaign=7") -> dict[str, Any]:
    page.goto(f"{server.url}/map/of{query}")
    found: dict[str, Any] = until(page, LEGEND, lambda legend: legend.get("running") not in (None, "–", "0"))
    return found


def test_the_script_knows_every_standing() -> None:
    table = re.search(r"STANDINGS = \{(.*?)\n\};", LAYERS.read_text(), re.S)
    assert table
    lines = [line.strip().rstrip(",") for line in table[1].splitlines() if line.strip()]
    script = {name: json.loads(pair)[1] for name, pair in (line.split(": ", 1) for line in lines)}
    assert script == {word.value: word.label for word in Standing}


def test_sites_are_drawn_by_how_they_stand(page: Page, campaign: MapServer) -> None:
    legend = opened(page, campaign)
    assert legend == {
        "failed": "1", "held": "1", "running": "1", "waiting": "2", "done": "1", "skipped": "1", "apart": "293"
    }  # fmt: skip
    shapes = page.evaluate(SHAPES)
    assert len({href for _, href in shapes}) == len(shapes)  # each has a shape of its own, whatever its colour
    said = until(page, SAID)
    assert {"with new alarms, canaries", "running, wave 1", "on hold, wave 1", "to come, wave 2"} <= set(said)
    assert page.inner_text("[data-map-campaign] a.clip") == "Patch <b>1</b>"


def test_the_worst_wins_in_a_cluster(page: Page, campaign: MapServer) -> None:
    for row in campaign.rows:
        row[2:4] = [50.0, 10.0]
    opened(page, campaign)
    until(page, WORST, lambda found: found == [[6, 300]])
    page.click("[data-toggle=failed]")
    until(page, WORST, lambda found: found == [[5, 299]])


def test_a_wave_alone(page: Page, campaign: MapServer) -> None:
    opened(page, campaign)
    page.select_option("[data-map-campaign] select", "1")
    until(page, TOTAL, lambda text: text == "3 of 300 sites")
    until(page, "location.search", lambda query: "campaign=7" in query and "wave=1" in query)
    opened(page, campaign, "?campaign=7&wave=1")
    until(page, TOTAL, lambda text: text == "3 of 300 sites")
    assert page.eval_on_selector("[data-map-campaign] select", "(box) => box.value") == "1"


def test_what_changes_is_read_again_and_nothing_is_reckoned(page: Page, campaign: MapServer) -> None:
    opened(page, campaign)
    campaign.pages[FEED] = told(SITES | {3: ("failed", 1), 5: ("running", 1)})
    other = {"kind": "target.changed", "subject": "target:9", "data": {"operation": 8, "state": "running"}}
    asked = campaign.asked.count(FEED)
    send(page, other, {"kind": "cloud.alarms", "subject": "cloud:5", "data": {"severity": "critical", "active": 1}})
    send(page, {"kind": "target.changed", "subject": "target:3", "data": {"operation": 7, "state": "failed"}})
    until(page, LEGEND, lambda legend: (legend["failed"], legend["waiting"]) == ("2", "1"))
    assert campaign.asked.count(FEED) == asked + 1


def test_the_fleet_that_is_read_again_keeps_the_campaign(page: Page, campaign: MapServer) -> None:
    before = opened(page, campaign)
    campaign.rows = campaign.rows[:-1]
    page.evaluate("fleetMap.reload()")
    until(page, TOTAL, lambda text: text == "299 sites")
    assert page.evaluate(LEGEND) == before | {"apart": "292"}


def test_other_layers_and_the_fleet_alone(page: Page, campaign: MapServer) -> None:
    opened(page, campaign)
    page.click("[data-layer=alarms]")
    until(page, LEGEND, lambda legend: legend.get("critical") not in (None, "–"))
    until(page, "location.search", lambda query: "campaign=7" in query and "layer=alarms" in query)
    asked = campaign.asked.count(FEED)
    page.goto(f"{campaign.url}/map/?campaign=7")
    until(page, LEGEND, lambda legend: legend.get("critical") not in (None, "–"))
    assert page.locator("[data-map-campaign], [data-layer=campaign]").count() == 0
    assert campaign.asked.count(FEED) == asked
