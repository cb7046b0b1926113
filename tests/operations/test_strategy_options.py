"""Strategy options as dcmanager lists them: kept whole, an older list is dropped."""

from datetime import timedelta

import pytest

from operations.ingest import record_options
from operations.models import StrategyOptions
from starlingx.records import SwUpdateOptions
from tests.sites.world import World, make_world


def row(subcloud: int | None, word: str = "relaxed") -> SwUpdateOptions:
    return SwUpdateOptions(1, "x", subcloud, "parallel", "serial", 5, word, "migrate", None, None)


@pytest.fixture
def world(db: None) -> World:
    return make_world()


def stored() -> list[tuple[str | None, str]]:
    rows = StrategyOptions.objects.order_by("cloud__name")
    return list(rows.values_list("cloud__name", "alarm_restriction_type"))


def test_the_list_replaces_what_was_there(world: World) -> None:
    pk = world.controllers[0].pk
    record_options(pk, [row(None), row(1, "strict"), row(99)], requested_at=world.now, now=world.now)
    assert stored() == [("edge-0", "strict"), (None, "relaxed")]  # 99 is nobody we know
    record_options(
        pk, [row(None, "strict")], requested_at=world.now + timedelta(seconds=1), now=world.now + timedelta(seconds=1)
    )
    assert stored() == [(None, "strict")]


def test_an_older_list_is_dropped(world: World) -> None:
    pk = world.controllers[0].pk
    record_options(pk, [row(None, "strict")], requested_at=world.now, now=world.now)
    record_options(pk, [row(None)], requested_at=world.now - timedelta(seconds=1), now=world.now - timedelta(seconds=1))
    assert stored() == [(None, "strict")]


def test_each_controller_has_its_own(world: World) -> None:
    for controller, word in zip(world.controllers, ("strict", "relaxed"), strict=True):
        record_options(controller.pk, [row(None, word)], requested_at=world.now, now=world.now)
    assert sorted(StrategyOptions.objects.values_list("controller__name", "alarm_restriction_type")) == [
        ("central-1", "strict"), ("central-2", "relaxed"),
    ]  # fmt: skip
