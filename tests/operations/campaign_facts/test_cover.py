"""Sites beside which something is down, or may be: what stands against them, and in how many queries."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from operations.campaign_facts.cover import uncovered
from sites.choices import Facet
from sites.models import Cloud, FacetState, Neighbours, Surroundings
from tests.sites.world import World, make_cloud, make_world

FRESH = timedelta(minutes=3)


@pytest.fixture
def world(db: Any) -> World:
    """edge-0 and edge-1 are neighbours; edge-1 and edge-2 are in one ring."""
    made = make_world()
    zero, one, two, _ = made.clouds
    Neighbours.objects.create(first=zero, second=one)
    for cloud in (one, two):
        Surroundings.objects.create(cloud=cloud, ring="R1")
    return made


def told(world: World) -> dict[str, list[tuple[str, str]]]:
    """{site: [(key, sentence)]}"""
    names = {cloud.pk: cloud.name for cloud in world.clouds}
    found = uncovered(names, world.now, FRESH)
    return {names[pk]: [(reason.key, reason.sentence) for reason in reasons] for pk, reasons in sorted(found.items())}


def test_nothing_stands_against_sites_whose_neighbours_are_up(world: World) -> None:
    assert told(world) == {}


def test_those_beside_one_that_is_down_are_left_alone_and_it_is_not_named(world: World) -> None:
    Cloud.objects.filter(name="edge-1").update(availability_status="offline")
    down = "at central-1 is down: nothing would take over while this one is worked on."
    assert told(world) == {
        "edge-0": [("neighbour-down", f"A neighbour of it {down}")],
        "edge-2": [("neighbour-down", f"A site of its ring R1 {down}")],
    }


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"contact": "unreachable"}, "neighbour-down"),  # though dcmanager calls it online
        ({"availability_status": "rebooting"}, "neighbour-down"),  # a word that is not known is not "online"
        ({"availability_status": ""}, "neighbour-unknown"),
        ({"availability_status": "", "contact": "unreachable"}, "neighbour-down"),
        ({"contact": "unknown"}, None),
    ],
)
def test_what_is_not_known_to_be_up_is_not_up(world: World, change: dict[str, str], key: str | None) -> None:
    Cloud.objects.filter(name="edge-1").update(**change)
    assert [each for each, _ in told(world).get("edge-0", [])] == ([key] if key else [])


def test_what_is_old_is_not_known(world: World) -> None:
    FacetState.objects.filter(cloud=world.clouds[1], facet=Facet.SUBCLOUD).update(
        observed_at=world.now - timedelta(minutes=4)
    )
    ((key, sentence),) = told(world)["edge-0"]
    assert key == "neighbour-unknown"
    assert sentence == "Whether a neighbour of it at central-1 is up is not known: wait for a fresh look."


@pytest.mark.parametrize("change", [{"removed": True}, {"deploy_status": "secondary"}])
def test_what_is_not_there_covers_for_nobody(world: World, change: dict[str, Any]) -> None:
    """Neither a site that is gone nor the stand-in of one that another System Controller manages."""
    gone = {"removed_at": world.now} if change.pop("removed", False) else change
    Cloud.objects.filter(name="edge-1").update(availability_status="offline", **gone)
    assert told(world) == {}


@pytest.mark.parametrize("many", [1, 20])
def test_queries_do_not_grow_with_the_sites(world: World, many: int) -> None:
    clouds = [
        make_cloud(world.controllers[0], world.groups[0], f"more-{at}", world.now, dcmanager_id=50 + at)
        for at in range(many)
    ]
    for cloud in clouds:
        Neighbours.objects.create(first=world.clouds[0], second=cloud)
        Surroundings.objects.create(cloud=cloud, ring="R1")
    with CaptureQueriesContext(connection) as captured:
        uncovered([cloud.pk for cloud in clouds], world.now, FRESH)
    assert len(captured) == 5
