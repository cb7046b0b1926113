"""A System Controller that is not read says so: on its page, in its services, and in a banner on every page."""

import re
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import Client

from sites.ingest import ServiceLook, record_services
from sites.lateness import Why
from sites.models import Cloud, CollectorBeat, Controller
from sites.reachability import service_states
from sites.standing import standing_of
from tests.sites.world import World, make_cloud, make_user

MINUTES = 60.0


def beat(world: World, at: float = 1.0, t0: float | None = 1.0, waits: float | None = None, of: int = 0) -> None:
    """The collector's signs for controller `of`, so many seconds ago; T1 waits since `waits` seconds."""
    back = {name: None if ago is None else world.now - timedelta(seconds=ago) for name, ago in
            {"beat_at": at, "t0_at": t0, "t1_oldest_at": waits}.items()}  # fmt: skip
    CollectorBeat.objects.update_or_create(
        controller=world.controllers[of], defaults={"collector": "c", "t1_swept_at": back["t0_at"], **back}
    )


def made(world: World, ago: float) -> None:
    Controller.objects.update(created_at=world.now - timedelta(seconds=ago))


def tiles(page: str) -> list[str]:
    """Mark of each of the controller's own three tiles."""
    inside = page[page.index('id="controller-tiles"') :]
    return re.findall(r'class="tile[^"]*" data-(?:state|severity)="(\w+)"', inside)[:3]


def test_a_controller_that_was_never_read_shows_no_numbers(world: World, fleet_client: Client) -> None:
    Cloud.objects.all().delete()
    page = fleet_client.get(f"/controllers/{world.controllers[0].pk}/").content.decode()
    assert tiles(page) == ["unknown", "unknown", "unknown"]
    assert page.count('<div class="value">? ') == 3
    assert page.count("never read") >= 3


def test_what_was_read_long_ago_is_hatched_and_dated(world: World, fleet_client: Client) -> None:
    beat(world, t0=10 * MINUTES)
    page = fleet_client.get(f"/controllers/{world.controllers[0].pk}/").content.decode()
    assert re.search(r'class="tile stale" data-state="ok"[^>]*><div class="value">2', page)


def test_critical_is_cleared_only_where_all_is_known(world: World, fleet_client: Client) -> None:
    beat(world)
    path = f"/controllers/{world.controllers[0].pk}/"
    assert tiles(fleet_client.get(path).content.decode())[1] == "cleared"
    make_cloud(world.controllers[0], None, "old", world.now, age=100_000, dcmanager_id=50)
    assert tiles(fleet_client.get(path).content.decode())[1] == "unknown"


def answered(world: World, service: str, ago: float) -> str:
    looks = [ServiceLook(service, world.now - timedelta(seconds=ago), seconds=0.1)]
    record_services(world.controllers[0].pk, looks, now=world.now)
    return next(s.mark for s in service_states([world.controllers[0].pk], world.now) if s.service == service)


def test_an_old_answer_of_a_service_is_no_answer(world: World) -> None:
    beat(world)
    assert answered(world, "dcmanager", ago=10) == "ok"
    assert answered(world, "usm", ago=30 * MINUTES) == "ok"  # asked with the inventory only
    beat(world, at=4 * MINUTES)  # the collector hangs
    assert {state.mark for state in service_states([world.controllers[0].pk], world.now)} == {"stale"}


def test_a_service_that_is_not_asked_any_more(world: World) -> None:
    beat(world)
    record_services(
        world.controllers[0].pk,
        [ServiceLook("dcmanager", world.now - timedelta(minutes=4), seconds=0.1)],
        now=world.now,
    )
    (state,) = service_states([world.controllers[0].pk], world.now)
    assert (state.mark, state.means) == ("stale", "It answered then, and was not asked since.")


def test_how_many_wait_is_not_said_by_a_collector_that_hangs(world: World, fleet_client: Client) -> None:
    path = f"/controllers/{world.controllers[0].pk}/"
    beat(world)
    assert "0 subclouds</dd>" in fleet_client.get(path).content.decode()
    beat(world, at=4 * MINUTES)
    page = fleet_client.get(path).content.decode()
    assert "0 subclouds</dd>" not in page
    assert "no sign of the collector" in page


@pytest.mark.parametrize(
    ("at", "t0", "waits", "why"),
    [
        (1, 1, None, None), (1, 1, 5 * MINUTES, None), (4 * MINUTES, 4 * MINUTES, None, Why.COLLECTOR),
        (4 * MINUTES, None, None, Why.COLLECTOR), (1, 4 * MINUTES, None, Why.CENTRAL), (1, None, None, Why.CENTRAL),
        (1, 1, 60 * MINUTES, Why.ALARMS),
    ],
)  # fmt: skip
def test_who_is_late(at: float, t0: float | None, waits: float | None, why: Why | None, world: World) -> None:
    made(world, ago=3600)
    for of in (0, 1):
        beat(world, of=of)
    beat(world, at, t0, waits)
    user = make_user("somebody", fleet=True)
    assert [(late.name, late.why) for late in standing_of(user).late] == ([("central-1", why)] if why else [])


def test_a_controller_has_time_to_be_read_for_the_first_time(world: World) -> None:
    user = make_user("somebody", fleet=True)
    assert standing_of(user).late == ()
    made(world, ago=3600)
    assert {late.why for late in standing_of(user).late} == {Why.COLLECTOR}
    Controller.objects.update(enabled=False)
    assert standing_of(user).late == ()


def test_lateness_is_told_to_those_who_see_a_part(world: World) -> None:
    made(world, ago=3600)
    seen = {
        "group": standing_of(make_user("a", group=world.groups[0])).late,
        "region": standing_of(make_user("b", region="Brazil")).late,
        "controller": standing_of(make_user("c", controller=world.controllers[1])).late,
        "nobody": standing_of(make_user("d")).late,
    }
    names = {who: [late.name for late in those] for who, those in seen.items()}
    assert names == {
        "group": ["central-1"], "region": ["central-1", "central-2"], "controller": ["central-2"], "nobody": [],
    }  # fmt: skip


@pytest.mark.parametrize("path", ["/", "/subclouds/", "/alarms/", "/controllers/", "/fleet/late"])
def test_every_page_says_who_is_late(path: str, world: World, fleet_client: Client) -> None:
    assert "data-late=" not in fleet_client.get(path).content.decode()
    made(world, ago=3600)
    page = fleet_client.get(path).content.decode()
    assert page.count('data-late="collector"') == 2
    assert 'id="late-banner" data-refetch="/fleet/late"' in page


def test_a_fleet_played_fast_is_not_called_late_for_a_few_seconds(
    world: World, settings: LazySettings, fleet_client: Client
) -> None:
    settings.POLL_SECONDS = dict.fromkeys(settings.POLL_SECONDS, 0.5)
    for number in range(len(world.controllers)):
        beat(world, at=12.0, t0=12.0, waits=12.0, of=number)
    page = fleet_client.get("/alarms/").content.decode()
    assert "data-late=" not in page
