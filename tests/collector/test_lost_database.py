"""What is remembered of a database counts only until that is lost; what it did not take is read again."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from alarms.models import Alarm
from collector.alarm_desk import AlarmDesk
from collector.central import Central
from collector.progress import Sweeps
from collector.reading import Reading
from collector.site import Site
from sites.models import Cloud, FacetState
from tests.collector.replayed import connector, lane, lose_database, reading, replay, small_bundle
from tests.collector.waiting import until
from tests.starlingx.replay import Replay, spoken

__all__ = ["connector", "reading", "replay", "small_bundle"]
pytestmark = pytest.mark.django_db(transaction=True)
ALARM = {"uuid": "u", "alarm_id": "100.101", "entity_instance_id": "host=a", "severity": "critical"}


@pytest_asyncio.fixture
async def desk(reading: Reading, replay: Replay) -> AsyncIterator[AlarmDesk]:
    """A subcloud with an alarm, listed and read once."""
    listed = [{"id": 1, "name": "cell-1", "region-name": "r1", "description": "roof"}]
    replay.answers["dcmanager/v1.0/subclouds"] = spoken({"subclouds": listed})
    replay.answers["fm/v1/alarms"] = spoken({"alarms": [ALARM]})
    await Central(reading, Sweeps(reading)).poll_subclouds()
    made = AlarmDesk(reading)
    site(reading).session = reading.doors.central
    storing = asyncio.create_task(made.batches.run())
    await made.look(site(reading))
    await made.batches.drained()
    yield made
    storing.cancel()


def site(reading: Reading) -> Site:
    return next(each for each in reading.roster.sites if not each.central)


def standing() -> int:
    return Alarm.objects.filter(cleared_at=None).count()


def forget_alarm() -> None:
    """As a restore, or a crash that loses the last commits, does."""
    Alarm.objects.all().delete()


async def test_an_equal_list_is_stored_again_after_a_loss(desk: AlarmDesk, reading: Reading) -> None:
    assert await reading.writer.run(standing) == 1
    await reading.writer.run(forget_alarm)
    await lose_database(reading.writer)
    await desk.look(site(reading))
    await until(lambda: lane(reading).hastened == [site(reading)])
    assert await reading.writer.run(standing) == 0, "that look was lost with the database"
    await desk.look(site(reading))
    await desk.batches.drained()
    assert await reading.writer.run(standing) == 1


async def test_what_was_equal_before_a_loss_makes_nothing_look_fresh(desk: AlarmDesk, reading: Reading) -> None:
    look = await desk._look(site(reading))
    assert look.unchanged
    reading.writer.losses += 1  # between the look and its storing
    before = await reading.writer.run(age)
    await desk._store([look])
    assert await reading.writer.run(age) == before
    assert lane(reading).hastened == [site(reading)]


def age() -> object:
    return FacetState.objects.get(facet="alarms").observed_at


async def test_an_equal_list_of_subclouds_is_compared_again_after_a_loss(desk: AlarmDesk, reading: Reading) -> None:
    central = Central(reading, Sweeps(reading))
    await reading.writer.run(forget_description)
    await central.poll_subclouds()
    assert await reading.writer.run(descriptions) == [""], "the same list as before"
    reading.writer.losses += 1
    await central.poll_subclouds()
    assert await reading.writer.run(descriptions) == ["roof"]


def forget_description() -> None:
    Cloud.objects.filter(kind="subcloud").update(description="")


def descriptions() -> list[str]:
    return list(Cloud.objects.filter(kind="subcloud").values_list("description", flat=True))
