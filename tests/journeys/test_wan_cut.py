"""180 of 500 subclouds are cut off at once: everybody tells the same, nothing is green, and they come back in order."""

import json
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.journeys.browsing import sign_in, until, until_live
from tests.journeys.installation import Installation, Row
from tests.journeys.person import Person
from tests.waiting import wait_until

SUBCLOUDS, CUT = 500, 180
CALLS_AT_ONCE = 12  # settings.COLLECTOR_CONCURRENCY; the collector allows itself four times as many looks a second
RATE = BURST = 4 * CALLS_AT_ONCE
WINDOW = 2.0  # seconds
GREEN = {"cleared", "ok"}
ROW = re.compile(r'<tr data-severity="(\w+)" data-cloud="(\d+)"[^>]*?(class="stale")?>')

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def cut_fleet(install: Callable[..., Installation]) -> Installation:
    """At a tenth of a real fleet's pace per second of the sweep, so that what follows a cut stands out."""
    installation = install(subclouds=SUBCLOUDS, speed=60, DCPORTAL_SPEED=15, DCPORTAL_CONCURRENCY=CALLS_AT_ONCE)
    installation.simulator.control("churn", {"on": False})
    installation.until_read(SUBCLOUDS, timeout=120)
    return installation


def unreachable(fleet: Installation) -> set[int]:
    return {row["id"] for row in fleet.rows("subclouds", contact="unreachable", fields="id")}


def standing(fleet: Installation) -> dict[int, set[tuple[str, str]]]:
    """{cloud: its alarms} as REST tells."""
    found: dict[int, set[tuple[str, str]]] = {}
    for row in fleet.rows("alarms"):
        found.setdefault(row["cloud"], set()).add((row["alarm_id"], row["entity_instance_id"]))
    return found


def feed_rows(person: Person) -> dict[int, Row]:
    answer = person.json("/map/feed")
    rows = (dict(zip(answer["columns"], row, strict=True)) for row in zip(*answer["values"], strict=True))
    return {row["id"]: row for row in rows}


def listed_rows(person: Person, query: str) -> dict[int, dict[str, Any]]:
    """Rows of the HTML list: severity, and whether the row is marked stale."""
    text = person.page(f"/subclouds/?limit=1000&{query}")
    return {int(pk): {"severity": word, "stale": bool(mark)} for word, pk, mark in ROW.findall(text)}


def test_a_cut_is_told_alike_everywhere_and_ends_without_a_stampede(
    cut_fleet: Installation, context: BrowserContext, record_property: Callable[[str, object], None]
) -> None:
    person = Person(cut_fleet.portal)
    page = context.new_page()
    sign_in(page, cut_fleet.portal)
    until_live(page)
    dark_before, alarms_before = unreachable(cut_fleet), standing(cut_fleet)

    fault = cut_fleet.inject("wan-cut", count=CUT, options={"mode": "abort"})
    numbers = {cloud["id"] for cloud in fault["clouds"]}
    cut = {row["id"] for row in cut_fleet.rows("subclouds") if row["dcmanager_id"] in numbers}
    assert len(cut) == CUT
    wait_until(lambda: unreachable(cut_fleet) == dark_before | cut, timeout=60, every=0.5, what="contact lost with all")

    everybody_agrees(cut_fleet, person, dark_before | cut)
    last_known_alarms_stay(cut_fleet, alarms_before, cut)
    nothing_is_green(cut_fleet, person, cut)
    subcloud_page_says_so(cut_fleet, person, cut, alarms_before)
    map_shows_offline(page, len(dark_before | cut))
    nothing_looks_green(cut_fleet, page, cut)

    number = cut_fleet.simulator.control("requests")["next"]
    cut_fleet.lift(fault)
    wait_until(lambda: unreachable(cut_fleet) == dark_before, timeout=90, every=0.5, what="contact with all again")
    busiest = no_stampede(cut_fleet, number)
    record_property("looks per second after the return, at most", busiest)
    print(f"looks per second after the return: at most {busiest}, the bucket gives {RATE}")  # noqa: T201
    wait_until(lambda: standing(cut_fleet).keys() >= alarms_before.keys() & cut, what="alarms read again")
    everybody_agrees(cut_fleet, person, dark_before)


def map_shows_offline(page: Page, count: int) -> None:
    """The open map, without a reload, counts them as offline in its layer of freshness."""
    page.click("[data-layer=freshness]")
    until(page, f"Number(document.querySelector('[data-toggle=offline] b').textContent) === {count}", 10)


def nothing_looks_green(fleet: Installation, page: Page, cut: set[int]) -> None:
    """As painted: no marker, no mark of a row, no tile of a page that says "well" of a site that is cut off."""
    page.click("[data-layer=alarms]")
    well = "({cluster, stale, offline, worst}) => cluster === undefined && (stale || offline) && worst === 0"
    until(page, f"!window.fleetMap.sites.items.some({well})", what="no marker of a lost site is green")
    page.goto(f"{fleet.portal.url}/subclouds/?contact=unreachable&severity=cleared&limit=1000")
    assert page.locator("tr.stale").count() >= len(cut) / 3
    assert page.evaluate(GREEN_MARKS, "tr.stale [data-severity], tr.stale [data-state]") == []
    page.goto(f"{fleet.portal.url}/subclouds/?contact=reachable&severity=cleared")
    assert page.evaluate(GREEN_MARKS, "tr [data-severity], tr [data-state]"), (
        "what is well is green, or this sees nothing"
    )
    pk = next(
        row["id"] for row in fleet.rows("subclouds", contact="unreachable", severity="cleared") if row["id"] in cut
    )
    page.goto(f"{fleet.portal.url}/subclouds/{pk}/")
    assert page.evaluate(GREEN_MARKS, ".page-head [data-severity], .tile:not([href^='#cloud-software'])") == []


GREEN_MARKS = """(selector) => {
  const colour = (element) => getComputedStyle(element).getPropertyValue("--sev");
  const probe = Object.assign(document.createElement("span"), {hidden: true});
  probe.dataset.severity = "cleared";
  document.body.append(probe);
  const green = colour(probe);
  const found = [...document.querySelectorAll(selector)].filter((each) => colour(each) === green);
  return found.map((each) => each.outerHTML);
}"""


def everybody_agrees(fleet: Installation, person: Person, dark: set[int]) -> None:
    assert set(listed_rows(person, "contact=unreachable")) == dark, "the list"
    rest = {row["id"]: row for row in fleet.rows("subclouds")}
    feed = feed_rows(person)
    assert feed.keys() == rest.keys()
    assert {pk for pk, row in rest.items() if row["contact"] == "unreachable"} == dark, "REST"
    assert {pk for pk in dark if not feed[pk]["stale"]} == set(), "the map draws some of them as if they were live"
    assert {pk for pk in dark if not rest[pk]["stale"]} == set(), "REST calls some of them current"
    counters = person.json("/map/counts")
    clouds = fleet.sql("SELECT sum(critical_alarms), sum(major_alarms) FROM sites_cloud WHERE removed_at IS NULL")
    assert (counters["critical"], counters["major"]) == clouds[0]
    assert counters["critical"] == len([r for r in fleet.rows("alarms", severity="critical") if not r["suppressed"]])
    assert all(feed[pk]["active"] == sum_of(rest[pk]) for pk in rest if rest[pk]["critical_alarms"] is not None), (
        "map and REST count differently"
    )


def sum_of(row: Row) -> int:
    return int(sum(row[f"{word}_alarms"] or 0 for word in ("critical", "major", "minor", "warning")))


def last_known_alarms_stay(fleet: Installation, before: dict[int, set[tuple[str, str]]], cut: set[int]) -> None:
    now = standing(fleet)
    assert {pk: now.get(pk) for pk in cut} == {pk: before.get(pk) for pk in cut}
    lost = fleet.sql(
        "SELECT id, extract(epoch FROM contact_changed_at)::float8 FROM sites_cloud WHERE id = ANY(%s)", list(cut)
    )
    ages = dict(
        fleet.sql(
            "SELECT cloud_id, extract(epoch FROM observed_at)::float8 FROM sites_facetstate"
            " WHERE facet = 'alarms' AND observed_at IS NOT NULL AND cloud_id = ANY(%s)",
            list(cut),
        )
    )
    assert all(ages[pk] <= at for pk, at in lost if pk in ages), "alarms of a site that is cut off grew younger"
    told = [row for row in fleet.rows("alarms") if row["subcloud"] in cut]
    assert told
    assert all(row["stale"] and row["observed_at"] for row in told)


def nothing_is_green(fleet: Installation, person: Person, cut: set[int]) -> None:
    listed = listed_rows(person, "")
    assert all(listed[pk]["stale"] for pk in cut), "rows without the look of stale ones"
    feed = feed_rows(person)
    green = Counter(
        f"{name}={row[name]}"
        for row in (feed[pk] for pk in cut)
        for name in ("severity", "ceph", "nic")
        if row[name] in GREEN and not row["stale"]
    )
    assert not green, green


def subcloud_page_says_so(fleet: Installation, person: Person, cut: set[int], alarms: dict[int, Any]) -> None:
    pk = next(pk for pk in cut if alarms.get(pk))
    text = person.page(f"/subclouds/{pk}/").lower()
    assert "before contact was lost" in text
    assert fleet.detail(pk)["contact_error"]


def no_stampede(fleet: Installation, number: int) -> float:
    """Most FM lists asked for per second; never more than burst and rate of the collector's bucket allow.

    Over two seconds: the simulator logs a request when it is answered, and a busy machine answers in bunches.
    """
    requests = fleet.simulator.control(f"requests?since={number}")["requests"]
    looks = sorted(each["at"] for each in requests if "/fm/v1/alarms" in each["path"] and "/s" in each["cloud"])
    assert looks, json.dumps(requests[:5])
    busiest = max(sum(1 for at in looks if start <= at < start + WINDOW) for start in looks)
    under_way = CALLS_AT_ONCE  # begun before the window, answered in it
    assert busiest <= RATE * WINDOW + BURST + under_way, f"{busiest} looks in {WINDOW} s"
    return busiest / WINDOW
