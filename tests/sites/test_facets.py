"""Counts of facets are what choosing would bring."""

from typing import Any

import pytest
from django.test import Client

from sites.access import EVERYTHING
from sites.facets import SELECTORS, count_facets
from sites.filters import CloudFilter
from sites.selectors import subclouds
from tests.sites.world import World, make_cloud


@pytest.fixture
def mixed(world: World) -> World:
    for n in range(30):
        make_cloud(
            world.controllers[n % 2], world.groups[n % 2] if n % 5 else None, f"mixed-{n}", world.now,
            dcmanager_id=200 + n, severity=n % 6, region=["", "Brazil", "Europe"][n % 3],
            ceph_status=["ok", "warn", "unknown"][n % 3], nic_status=["error", "ok", "partly"][n % 3],
            availability_status=["online", "offline"][n % 2], age=100_000 if n % 4 == 0 else 1.0,
        )  # fmt: skip
    return world


@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {"severity": ["critical"]},
        {"severity": ["critical", "major"], "region": ["Brazil", "-"]},
        {"stale": ["true"], "availability": ["offline"]},
        {"region": ["nowhere"], "group": ["-"]},
    ],
)
def test_every_count_is_what_the_list_would_have(chosen: dict[str, list[str]], mixed: World) -> None:
    facets = count_facets(subclouds(EVERYTHING), chosen, mixed.now)
    assert facets.total == found(chosen, mixed)
    assert set(facets.choices) == set(SELECTORS)
    for name, choices in facets.choices.items():
        for choice in choices:
            assert choice.count == found({**chosen, name: [choice.value]}, mixed), (name, choice)


def found(chosen: dict[str, list[str]], world: World) -> int:
    request: Any = type("R", (), {"now": world.now})()
    filterset = CloudFilter(MultiValue(chosen), queryset=subclouds(EVERYTHING), request=request)
    assert filterset.is_valid(), filterset.errors
    return int(filterset.qs.count())


class MultiValue(dict[str, list[str]]):
    def getlist(self, name: str) -> list[str]:
        return self.get(name, [])

    def __getitem__(self, name: str) -> Any:
        return super().__getitem__(name)[-1]

    def get(self, name: str, default: Any = None) -> Any:
        values = super().get(name)
        return values if values is None or name != "stale" else values[-1]


def test_chosen_ones_stay_on_the_page_even_when_nothing_matches(fleet_client: Client, mixed: World) -> None:
    answer = fleet_client.get("/subclouds/?region=Brazil&severity=critical&ceph=error")
    assert answer.status_code == 200
    assert b"Nothing matches" in answer.content
    assert b'aria-current="true"' in answer.content


def test_the_map_and_the_list_agree(fleet_client: Client, mixed: World) -> None:
    feed = fleet_client.get("/map/feed").json()
    columns = dict(zip(feed["columns"], feed["values"], strict=True))
    facets = count_facets(subclouds(EVERYTHING), {}, mixed.now)
    assert len(columns["id"]) == facets.total
    for choice in facets.choices["severity"]:
        assert choice.count == columns["severity"].count(choice.value)
    assert sum(columns["stale"]) == next(c.count for c in facets.choices["stale"] if c.value == "true")
