"""CSV: streamed, scoped, and nothing a spreadsheet would run."""

import csv
import io

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from sites.export import FORMULA, cell
from tests.sites.world import World, make_cloud


@given(text=st.text())
def test_no_cell_begins_a_formula(text: str) -> None:
    assert not str(cell(text)).startswith(FORMULA)
    assert text.replace("\x00", "") in str(cell(text))


def test_numbers_stay_numbers() -> None:
    assert cell(-1.5) == -1.5
    assert cell(True) == "true"
    assert cell(None) is None


def test_the_export_has_the_rows_of_the_list(fleet_client: Client, world: World) -> None:
    make_cloud(world.controllers[0], None, "=cmd|'/c calc'!A1", world.now, dcmanager_id=77, location="-1+1\nx")
    answer = fleet_client.get("/subclouds/export.csv?sort=-name")
    assert answer.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))
    assert [row["name"] for row in rows] == ["edge-3", "edge-2", "edge-1", "edge-0", "'=cmd|'/c calc'!A1"]
    assert rows[0]["severity"] == "minor"
    assert rows[0]["stale"] == "false"
    assert rows[-1]["location"] == "'-1+1\nx"


@pytest.mark.parametrize("query", ["severity=zzz", "sort=zzz"])
def test_a_bad_filter_is_refused_before_anything_is_sent(query: str, fleet_client: Client) -> None:
    assert fleet_client.get(f"/subclouds/export.csv?{query}").status_code == 400
