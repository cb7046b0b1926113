"""What fits: upstream text of any length does not widen a page, and a narrow list keeps the column with the ages."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.template import engines
from playwright.sync_api import Page

from sites.views.cells import markup
from sites.views.cloudlist import COLUMNS, FIELDS
from tests.static.conftest import FRAME, MapServer

LONG = """{% extends "base.html" %}{% block main %}
<div class="page-head"><h1>edge <small>{{ word }}</small></h1></div>
<div class="notice" data-state="error"><div class="grow">{{ word }}<pre class="log">{{ word }}</pre></div></div>
<div class="grid"><section class="card span-4"><div class="body"><ol class="timeline">
<li><time>06:11</time><svg class="shape"></svg><span>{{ word }}</span><span class="sub">{{ word }}</span></li>
</ol></div></section></div>{% endblock %}"""
LIST = """{% extends "base.html" %}{% block main %}<div class="with-facets"><aside class="facets"></aside>
<div class="stack">{% include "sites/cloud_rows.html" %}</div></div>{% endblock %}"""
RIGHT = "Math.max(...[...document.querySelectorAll('td .age')].map((age) => age.getBoundingClientRect().right))"


def opened(page: Page, server: MapServer, template: str, context: dict[str, Any], width: int) -> None:
    server.pages = {"/page": engines["django"].from_string(template).render(FRAME | context)}
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{server.url}/page")


@pytest.mark.parametrize("width", [1440, 1024])
def test_a_word_of_two_thousand_letters_does_not_widen_the_page(width: int, page: Page, map_server: MapServer) -> None:
    opened(page, map_server, LONG, {"word": "x" * 2000}, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("width", "columns"), [(1920, 13), (1440, 10), (1024, 7)])
def test_the_list_leaves_columns_out_but_never_the_age(
    width: int, columns: int, page: Page, map_server: MapServer
) -> None:
    at = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    row: dict[str, Any] = dict.fromkeys(FIELDS, "") | {
        "id": 1, "name": "s" * 60, "location": "Sao Jose do Rio Preto, BR", "severity": 5,
        "availability_status": "online",
        "sync_status": "out-of-sync", "deploy_status": "bootstrap-failed", "management_state": "unmanaged",
        "software_version": "26.09.100", "region": "North America", "hosts_ok": 10, "hosts_total": 12,
        "ceph_status": "unknown", "nic_status": "unknown", "contact": "unreachable", "group_name": "North America 12",
        "observed_at": at, "told_at": at, "stale": True, "told_stale": True,
    }  # fmt: skip
    row["controller_name"] = "system-controller-lisbon"
    row |= {f"{name}_alarms": 12 for name in ("critical", "major", "minor", "warning")}
    headings = [{"label": label, "css": css} for label, _, css in COLUMNS]
    opened(
        page,
        map_server,
        LIST,
        {"rows": [markup(row, 900, select=True, several=True)], "columns": headings, "select": True},
        width,
    )
    assert page.evaluate(RIGHT) <= width
    shown = "[...document.querySelectorAll('th')].filter((th) => th.offsetWidth).map((th) => th.innerText)"
    assert page.evaluate(shown)[-1] == "Alarms read"
    assert len(page.evaluate(shown)) == columns
    assert page.locator(".dropped").is_visible() == (columns < 13)
