"""Targets of an operation live: cells are patched, and the table is fetched only when a row may move."""

from typing import Any

import pytest
from django.template import engines
from playwright.sync_api import Page

from tests.static.conftest import FRAME, MapServer
from tests.static.waiting import send, until

PAGE = """{% extends "base.html" %}{% block main %}
<div id="rows" data-refetch="/rows" data-refetch-topic="operation:2" data-refetch-kinds="target.changed"
 data-refetch-when="state attempt"><table class="table"><tbody data-rows>
<tr data-state="busy"><td><span class="state" data-state="busy" data-target="7" data-field="state" data-value="running">
<svg class="shape"><use href="x#busy"/></svg><span data-word>running</span></span>
<span data-target="7" data-field="stuck" hidden>takes unusually long</span></td>
<td><span data-target="7" data-field="deploy_status">installing</span></td>
<td><span data-target="7" data-field="attempt">1</span></td></tr></tbody></table>
<time data-elapsed data-long-after="1" datetime="2020-01-01T00:00:00Z"></time></div>{% endblock %}"""
FETCHED = '<div id="rows" data-refetch="/rows"><p id="new">new rows</p></div>'
READY = "Boolean(document.querySelector('[data-clock]').dateTime)"


@pytest.fixture
def table(page: Page, map_server: MapServer) -> Page:
    map_server.pages = {"/table": engines["django"].from_string(PAGE).render(FRAME), "/rows": FETCHED}
    page.goto(f"{map_server.url}/table")
    until(page, READY)
    return page


def changed(target: int = 7, operation: int = 2, **data: Any) -> dict[str, Any]:
    usual = {"operation": operation, "state": "running", "attempt": 1, "deploy_status": "installing", "stuck": False}
    return {"kind": "target.changed", "subject": f"target:{target}", "at": "", "data": usual | data}


def test_a_step_further_changes_cells_and_leaves_the_table(table: Page, map_server: MapServer) -> None:
    send(table, changed(deploy_status="<b>bootstrapping</b>", stuck=True))
    until(table, "document.querySelector('[data-field=deploy_status]').textContent", lambda text: "boot" in text)
    assert table.inner_text("[data-field=deploy_status]") == "<b>bootstrapping</b>"
    assert table.is_visible("[data-field=stuck]")
    send(table, changed(target=8, operation=3))  # of another operation
    assert "/rows" not in map_server.asked


def test_a_new_state_is_shown_at_once_and_the_rows_are_fetched(table: Page) -> None:
    send(table, changed(state="failed"))
    until(table, "Boolean(document.getElementById('new'))")


def test_a_state_has_its_own_word_and_shape(table: Page) -> None:
    table.evaluate("document.getElementById('rows').removeAttribute('data-refetch')")
    send(table, changed(state="held"))
    until(table, "document.querySelector('.state').dataset.state", lambda state: state == "warn")
    assert table.inner_text(".state [data-word]") == "needs a decision"
    assert table.evaluate("document.querySelector('.state use').getAttribute('href')").endswith("#warn")
    assert table.evaluate("document.querySelector('tr').dataset.state") == "warn"


def test_time_counts_on_and_says_when_it_is_long(table: Page) -> None:
    assert until(table, "document.querySelector('time[data-elapsed]').hasAttribute('data-long')")
    assert " d " in table.inner_text("time[data-elapsed]")
