"""When its soak is over a wave goes on only after its sites were looked at once more, and were there."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from operations.choices import BatchState, OperationState, TargetState, WaveState
from operations.engine.campaign.book import open_book
from operations.engine.campaign.pace import pace
from operations.models import Batch, Campaign, CampaignTarget, Operation, Target, Wave
from operations.services.campaign_sites import excuse_site
from operations.services.start import NotNowError
from sites.choices import Facet
from sites.models import Cloud, Controller, FacetState, Hint
from sites.services.actors import Actor
from tests.operations.engine.test_campaign_ends import step
from tests.operations.views.campaigns.made import begin, make_campaign, set_site
from tests.sites.world import World, make_world

OLGA = Actor("olga", "test")
SOAKED = timedelta(minutes=45)  # since the canaries were done; their soak is half an hour


@pytest.fixture
def world(db: Any) -> World:
    return make_world()


@pytest.fixture
def operation(world: World) -> Operation:
    """The canaries were done and well before their soak, and nothing has been read of them since."""
    made = make_campaign(world)
    begin(made, world)
    now = timezone.now()
    Wave.objects.filter(number=0).update(soak_seconds=1800)
    for target in canaries():
        set_site(made, target.name, "completed", ended_at=now - SOAKED, step_finished_at=now - SOAKED, baseline=[],
                 after={"health": "good"})  # fmt: skip
    Batch.objects.filter(wave__number=0).update(state=BatchState.COMPLETED, ended_at=now - SOAKED)
    read(now - SOAKED)
    return made


def canaries() -> list[Target]:
    return list(Target.objects.filter(in_campaign__batch__wave__number=0).order_by("number"))


def read(at: datetime, *facets: Facet) -> None:
    FacetState.objects.filter(facet__in=facets or list(Facet)).update(observed_at=at)


def state(number: int) -> str:
    return Wave.objects.get(number=number).state


def may_begin(operation: Operation) -> bool:
    """Whether a batch of the second wave would be driven by whoever drives batches."""
    return bool(open_book(operation.pk).course(timezone.now()).drive)


def test_nothing_read_since_keeps_it_soaking_and_asks_for_a_look(operation: Operation) -> None:
    step(operation)
    assert (state(0), state(1)) == (WaveState.SOAKING, WaveState.PENDING)
    assert not may_begin(operation)
    assert f"{len(canaries())} site" in operation.state_reason
    assert "looked at once more" in operation.state_reason
    hinted = set(Hint.objects.filter(reason="worked_on").values_list("cloud_id", flat=True))
    assert hinted == {target.cloud_id for target in canaries()}


def test_statuses_alone_are_not_enough(operation: Operation) -> None:
    read(timezone.now(), Facet.SUBCLOUD)
    step(operation)
    assert state(0) == WaveState.SOAKING


def test_read_since_and_well_it_goes_on(operation: Operation) -> None:
    read(timezone.now())
    assert not may_begin(operation)  # before its alarms have been judged
    step(operation)
    assert (state(0), state(1)) == (WaveState.COMPLETED, WaveState.RUNNING)
    assert may_begin(operation)
    read(timezone.now() - timedelta(days=1))
    step(operation)
    assert (state(0), state(1)) == (WaveState.COMPLETED, WaveState.RUNNING)


def test_a_canary_that_is_offline_after_the_soak_halts_it_when_its_time_is_over(operation: Operation) -> None:
    dead = canaries()[0]
    Cloud.objects.filter(pk=dead.cloud_id).update(availability_status="offline")
    read(timezone.now(), Facet.SUBCLOUD)
    step(operation)
    dead.refresh_from_db()
    assert (state(0), dead.state, dead.message) == (WaveState.SOAKING, TargetState.COMPLETED,
                                                    "It is offline after the work.")  # fmt: skip
    assert "1 of them not online" in operation.state_reason
    CampaignTarget.objects.filter(away_since__isnull=False).update(away_since=F("away_since") - pace().settle)
    read(timezone.now(), Facet.SUBCLOUD)
    step(operation)
    dead.refresh_from_db()
    assert (dead.state, dead.error) == (TargetState.FAILED, "It is offline after the work.")
    assert dead.name in Campaign.objects.get().stop_reason
    assert not may_begin(operation)


def test_one_that_comes_back_in_time_has_not_failed(operation: Operation) -> None:
    away = canaries()[0]
    Cloud.objects.filter(pk=away.cloud_id).update(availability_status="offline")
    read(timezone.now())
    step(operation)
    assert state(0) == WaveState.SOAKING
    Cloud.objects.filter(pk=away.cloud_id).update(availability_status="online")
    read(timezone.now())
    step(operation)
    away.refresh_from_db()
    assert (state(0), away.state, away.message) == (WaveState.COMPLETED, TargetState.COMPLETED, "")
    assert not CampaignTarget.objects.exclude(away_since=None).exists()


def test_without_a_soak_nobody_is_waited_for(operation: Operation) -> None:
    Wave.objects.filter(number=0).update(soak_seconds=0)
    step(operation)
    assert (state(0), state(1)) == (WaveState.COMPLETED, WaveState.RUNNING)


def test_the_last_wave_is_looked_at_too(operation: Operation) -> None:
    now = timezone.now()
    Wave.objects.update(soak_seconds=1800)
    Target.objects.filter(operation=operation).update(state=TargetState.COMPLETED, ended_at=now - SOAKED)
    Batch.objects.update(state=BatchState.COMPLETED, ended_at=now - SOAKED)
    read(now, Facet.SUBCLOUD)
    step(operation)
    assert operation.state == OperationState.PROCESSING
    read(now)
    for _ in range(3):
        step(operation)
    assert operation.state == OperationState.COMPLETED


def test_after_a_silence_its_time_begins_anew(operation: Operation) -> None:
    gone = canaries()[0]
    Cloud.objects.filter(pk=gone.cloud_id).update(availability_status="offline")
    read(timezone.now(), Facet.SUBCLOUD)
    step(operation)
    hours = timedelta(hours=3)
    CampaignTarget.objects.filter(away_since__isnull=False).update(
        away_since=F("away_since") - hours, away_read_at=F("away_read_at") - hours
    )
    read(timezone.now(), Facet.SUBCLOUD)
    step(operation)
    gone.refresh_from_db()
    assert gone.state == TargetState.COMPLETED
    assert Campaign.objects.get().stop_reason == ""


def test_who_cannot_be_read_is_named_and_can_be_excused(operation: Operation) -> None:
    one, other = canaries()
    with pytest.raises(NotNowError):  # nothing is said of it yet
        excuse_site(one.pk, "No way to it", OLGA, timezone.now())
    step(operation)
    for each in (one, other):
        each.refresh_from_db()
        assert each.message == "Its statuses have not been read since the soak."
        excuse_site(each.pk, "No way to it until spring", OLGA, timezone.now())
        each.refresh_from_db()
        assert each.message == ""
    step(operation)
    assert (state(0), state(1)) == (WaveState.COMPLETED, WaveState.RUNNING)


def test_a_system_controller_that_is_not_to_be_read_is_not_waited_for(operation: Operation) -> None:
    step(operation)
    assert state(0) == WaveState.SOAKING
    Controller.objects.filter(pk__in=[each.controller_id for each in canaries()]).update(enabled=False)
    step(operation)
    assert state(0) == WaveState.COMPLETED


def test_of_the_sites_rows_nothing_large_is_read(operation: Operation) -> None:
    with CaptureQueriesContext(connection) as captured:
        step(operation)
    asked = [query["sql"] for query in captured.captured_queries if '"away_since"' in query["sql"]]
    assert asked
    assert not [sql for sql in asked if '"baseline"' in sql.partition(" FROM ")[0]]
