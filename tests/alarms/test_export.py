"""Alarms as CSV: with their age, in the order of the list, and whole or said to be cut."""

import csv
import io
from typing import Any

import pytest
from django.test import Client

from alarms.models import Alarm
from sites.export import csv_response
from tests.sites.world import World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    world = make_world()
    for number, (cloud, severity, word) in enumerate(
        [(world.clouds[0], 5, "critical"), (world.centrals[0], 4, "major"), (world.clouds[3], 1, "purple")]
    ):
        times = {"raised_at": world.now, "first_seen_at": world.now, "changed_at": world.now}
        facts: dict[str, Any] = {"alarm_id": f"100.10{number}", "severity": severity, "severity_word": word}
        Alarm.objects.create(cloud=cloud, entity_instance_id="host=a", **facts, **times)
    return world


def rows(client: Client, query: str = "") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(f"/alarms/export.csv{query}").getvalue().decode())))


def test_words_age_and_place(admin_client: Client, world: World) -> None:
    first, second, third = rows(admin_client)
    assert (first["severity"], first["cloud"], first["controller"]) == ("critical", "edge-0", "central-1")
    assert (second["cloud_kind"], second["cloud"]) == ("central", "central-1")
    assert (third["severity"], third["severity_word"]) == ("indeterminate", "purple")
    assert first["stale"] == "false"
    assert first["observed_at"] == (world.clouds[0].facets.get(facet="alarms").observed_at).isoformat()


def test_the_order_of_the_list(admin_client: Client, world: World) -> None:
    assert [row["alarm_id"] for row in rows(admin_client, "?sort=-alarm_id")] == ["100.102", "100.101", "100.100"]
    assert admin_client.get("/alarms/export.csv?sort=password").status_code == 400


def test_what_is_cut_says_so() -> None:
    def text(count: int) -> str:
        answer = csv_response("x", ["n"], [[n] for n in range(count)], most=2)
        return b"".join(answer).decode()  # type: ignore[arg-type] # a sync iterator

    assert text(2) == "n\r\n0\r\n1\r\n"
    assert text(3).splitlines()[-1] == "CUT: there are more than 2 rows; narrow the filters"
