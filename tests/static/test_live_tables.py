"""Tables that live: cells are patched, rows are fetched, and nothing moves under the pointer."""

from typing import Any

import pytest
from django.template import engines
from playwright.sync_api import Page

from tests.static.conftest import FRAME, MapServer
from tests.static.waiting import send, until

PAGE = """{% extends "base.html" %}{% block main %}
<p id="outside">outside</p>
<div class="table-wrap" id="rows" data-refetch="/rows"><table class="table"><tbody data-rows>
<tr data-severity="minor" data-cloud="12" data-field="row-severity" data-href="/subclouds/12/" tabindex="0">
<td><span class="sev" data-cloud="12" data-field="severity" data-severity="minor">
<svg class="shape"><use href="x#minor"/></svg><span data-word>Minor</span></span></td>
<td><span class="counts"><span data-zero><b data-cloud="12" data-field="critical">0</b></span></span></td>
<td><span class="state" data-cloud="12" data-field="ceph" data-state="ok"><svg class="shape"><use href="x#ok"/></svg>
<span data-word>ok</span></span></td>
<td><time data-age data-stale-after="1" datetime="2020-01-01T00:00:00Z"></time></td></tr>
</tbody></table></div>{% endblock %}"""
TOLD = """{% extends "base.html" %}{% block main %}<table class="table"><tbody><tr><td>
<span data-target="5" data-field="percent">–</span><span class="sub" hidden>
<time class="age" data-target-age="5" datetime="" data-age></time></span></td></tr></tbody></table>{% endblock %}"""
FETCHED = """<div class="table-wrap" id="rows" data-refetch="/rows"><table class="table"><tbody data-rows>
<tr id="new"><td>new row</td></tr></tbody></table></div>"""
RAISED = {"kind": "alarm.raised", "subject": "alarm:1", "at": "", "data": {}}
NEW_ROW = "Boolean(document.getElementById('new'))"
READY = "Boolean(document.querySelector('[data-clock]').dateTime)"


@pytest.fixture
def table(page: Page, map_server: MapServer) -> Page:
    map_server.pages = {"/table": engines["django"].from_string(PAGE).render(FRAME), "/rows": FETCHED}
    page.goto(f"{map_server.url}/table")
    until(page, READY)
    return page


def alarms(**data: Any) -> dict[str, Any]:
    return {"kind": "cloud.alarms", "subject": "cloud:12", "at": "", "data": data}


def test_cells_are_patched_and_the_last_word_wins(table: Page) -> None:
    send(table, alarms(severity="major", critical=0), alarms(severity="critical", critical=3))
    until(table, "document.querySelector('.sev').dataset.severity", lambda word: word == "critical")
    assert table.inner_text(".sev [data-word]") == "Critical"
    assert table.evaluate("document.querySelector('.sev use').getAttribute('href')").endswith("shapes.svg#critical")
    assert table.inner_text("[data-field=critical]") == "3"
    assert not table.evaluate("document.querySelector('.counts > span').hasAttribute('data-zero')")
    assert table.evaluate("document.querySelector('tr').dataset.severity") == "critical"


def test_numbers_of_severity_are_understood(table: Page) -> None:
    send(table, alarms(severity=4))
    until(table, "document.querySelector('.sev').dataset.severity", lambda word: word == "major")


def test_a_hostile_value_stays_text(table: Page) -> None:
    send(table, {"kind": "cloud.ceph", "subject": "cloud:12", "at": "", "data": {"status": "<img src=x>"}})
    until(table, "document.querySelector('.state [data-word]').textContent", lambda text: "img" in text)
    assert table.evaluate("document.querySelectorAll('main img').length") == 0


def test_old_facts_say_that_they_are_stale(table: Page) -> None:
    assert until(table, "document.querySelector('time[data-age]').hasAttribute('data-stale')")
    assert " d ago" in table.inner_text("time[data-age]")


def test_rows_are_fetched_when_nobody_reads_them(table: Page) -> None:
    table.hover("#outside")
    send(table, RAISED)
    until(table, NEW_ROW)


def test_nothing_moves_under_the_pointer(table: Page, map_server: MapServer) -> None:
    table.hover("#rows td")
    send(table, RAISED)
    until(
        table, "document.querySelector('.waiting')?.textContent", lambda text: bool(text) and "1 change waits" in text
    )
    assert not table.evaluate(NEW_ROW)
    assert "/rows" not in map_server.asked
    table.hover("#outside")
    until(table, NEW_ROW)


def test_a_failing_server_does_not_empty_the_table(table: Page, map_server: MapServer) -> None:
    map_server.pages["/rows"] = "<h1>Sorry</h1>"
    table.hover("#outside")
    send(table, RAISED)
    until(table, "performance.getEntriesByName(location.origin + '/rows').length")
    assert table.locator("#rows tr").count() == 1


def test_theme_and_density_are_kept(table: Page) -> None:
    table.click(".topbar .menu > summary")
    table.click("[data-set-theme=light]")
    table.click("[data-set-density=wall]")
    table.reload()
    assert table.evaluate("document.documentElement.dataset.theme") == "light"
    assert table.evaluate("document.documentElement.dataset.density") == "wall"
    assert table.evaluate("getComputedStyle(document.body).backgroundColor") != ""


def test_shortcuts_can_be_switched_off(table: Page) -> None:
    table.keyboard.press("?")
    until(table, "document.querySelector('[data-shortcuts]').open")
    table.click("[data-keys-switch]")
    table.keyboard.press("Escape")
    table.keyboard.press("?")
    assert not table.evaluate("document.querySelector('[data-shortcuts]').open")


def test_a_time_from_the_future_is_stale(page: Page, map_server: MapServer) -> None:
    """A clock that was set back leaves such times; "0 s ago" would call them live for as long as it was ahead."""
    later = PAGE.replace("2020-01-01", "2120-01-01").replace('stale-after="1"', 'stale-after="900"')
    map_server.pages = {"/table": engines["django"].from_string(later).render(FRAME)}
    page.goto(f"{map_server.url}/table")
    until(page, READY)
    assert page.inner_text("time[data-age]") == "in the future"
    assert page.evaluate("document.querySelector('time[data-age]').hasAttribute('data-stale')")


def test_a_percent_has_its_age_and_goes_when_none_is_told(page: Page, map_server: MapServer) -> None:
    map_server.pages = {"/table": engines["django"].from_string(TOLD).render(FRAME)}
    page.goto(f"{map_server.url}/table")
    until(page, READY)
    cell, age = "document.querySelector('[data-field=percent]')", "document.querySelector('[data-target-age]')"
    event = {"kind": "target.changed", "subject": "target:5", "at": "2026-11-22T09:14:00+00:00"}
    send(page, event | {"data": {"percent": 42}})
    until(page, f"{cell}.textContent === '42 %' && {age}.dateTime === '2026-11-22T09:14:00+00:00'")
    assert page.evaluate(f"{age}.closest('.sub').hidden") is False
    # something else has changed: the percent is as old as it was
    send(
        page,
        event | {"at": "2026-11-22T10:00:00+00:00", "data": {"percent": 42, "percent_at": "2026-11-22T09:15:00+00:00"}},
    )
    until(page, f"{age}.dateTime === '2026-11-22T09:15:00+00:00'")
    send(page, event | {"data": {"percent": None}})
    until(page, f"{cell}.textContent === '–' && {age}.closest('.sub').hidden")
    send(page, event | {"data": {"message": "x"}})  # tells nothing of a percent
    assert page.evaluate(f"{cell}.textContent") == "–"
