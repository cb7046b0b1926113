"""What other operations do now beside the sites of a campaign, out of rows; in how many queries."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from operations.campaign_facts.beside import beside
from operations.campaigns.beside import NOTHING, Beside
from operations.choices import TargetState
from operations.models import Operation, Target
from sites.models import Cloud, Neighbours, Surroundings
from tests.sites.world import World, make_cloud, make_world

MINE = 0  # no operation that there is


@pytest.fixture
def world(db: Any) -> World:
    """edge-0 and edge-1 are neighbours; edge-1 and edge-2 are in one ring; edge-1 is behind wan-1."""
    made = make_world()
    zero, one, two, _ = made.clouds
    Neighbours.objects.create(first=zero, second=one)
    Surroundings.objects.create(cloud=one, ring="R1", wan_link="wan-1")
    Surroundings.objects.create(cloud=two, ring="R1")
    return made


def work(world: World, cloud: Cloud, kind: str = "campaign", state: str = TargetState.RUNNING) -> Operation:
    operation = Operation.objects.create(kind=kind, title=kind, requester_name="ben", created_at=world.now)
    Target.objects.create(operation=operation, number=1, cloud=cloud, name=cloud.name, state=state)
    return operation


def test_a_campaign_elsewhere_counts_for_all_that_is_shared(world: World) -> None:
    work(world, world.clouds[1])
    there = frozenset({"central-1"})
    assert beside(MINE) == Beside(
        near={world.clouds[0].pk: there}, rings={world.clouds[2].pk: ("R1", there)},
        regions={"Europe": 1}, links={"wan-1": 1},
    )  # fmt: skip


def test_other_work_counts_for_neighbours_and_rings_only(world: World) -> None:
    work(world, world.clouds[1], kind="backup")
    told = beside(MINE)
    assert (set(told.near), set(told.rings)) == ({world.clouds[0].pk}, {world.clouds[2].pk})
    assert (dict(told.regions), dict(told.links)) == ({}, {})


@pytest.mark.parametrize(
    ("kind", "state", "counts"),
    [
        ("campaign", "waiting", True),  # its batch has begun
        ("campaign", "ready", False),
        ("backup", "waiting", False),  # it is not its turn yet
        ("backup", "held", True),  # as it was left
        ("backup", "completed", False),
        ("campaign", "failed", False),
    ],
)
def test_only_what_is_at_work_counts(world: World, kind: str, state: str, counts: bool) -> None:
    work(world, world.clouds[1], kind, state)
    assert (beside(MINE) != NOTHING) is counts


def test_its_own_work_is_not_beside_it(world: World) -> None:
    assert beside(work(world, world.clouds[1]).pk) == NOTHING


def test_a_site_is_not_beside_itself(world: World) -> None:
    Cloud.objects.filter(pk=world.clouds[2].pk).delete()
    work(world, world.clouds[1])
    assert beside(MINE).rings == {}


@pytest.mark.parametrize(("many", "queries"), [(0, 1), (1, 3), (20, 3)])
def test_queries_do_not_grow_with_what_is_at_work(world: World, many: int, queries: int) -> None:
    for at in range(many):
        cloud = make_cloud(world.controllers[0], world.groups[0], f"more-{at}", world.now, dcmanager_id=50 + at)
        Neighbours.objects.create(first=world.clouds[0], second=cloud)
        Surroundings.objects.create(cloud=cloud, ring="R1")
        work(world, cloud)
    with CaptureQueriesContext(connection) as captured:
        beside(MINE)
    assert len(captured) == queries
