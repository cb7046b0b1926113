"""Tables do not grow for ever, and what still stands is never old enough."""

from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessLog
from django.core.management import call_command
from django.utils import timezone

from alarms.models import Alarm
from alarms.retention import forget_cleared
from sites.models import Cloud, StatusSpan
from sites.retention import forget_clouds, forget_sign_ins, forget_spans, in_batches
from tests.sites.world import World

NOW = timezone.now()
OLD, YOUNG = NOW - timedelta(days=401), NOW - timedelta(days=399)


def alarm(cloud: Cloud, number: int, **values: object) -> Alarm:
    usual = {"severity": 3, "severity_word": "minor", "raised_at": OLD, "first_seen_at": OLD, "changed_at": OLD}
    return Alarm.objects.create(cloud=cloud, alarm_id=f"100.{number}", entity_instance_id="host=a", **usual | values)


def test_cleared_alarms_go_and_standing_ones_never(world: World) -> None:
    cloud = world.clouds[0]
    kept = {alarm(cloud, 1).pk, alarm(cloud, 2, cleared_at=YOUNG).pk}
    alarm(cloud, 3, cleared_at=OLD)
    assert list(forget_cleared(NOW)) == [1]
    assert set(Alarm.objects.values_list("pk", flat=True)) == kept


def test_ended_spans_go_and_open_ones_never(world: World) -> None:
    for field, ended_at in (("sync", None), ("contact", YOUNG), ("nic", OLD)):
        StatusSpan.objects.create(cloud=world.clouds[0], field=field, value="x", began_at=OLD, ended_at=ended_at)
    assert list(forget_spans(NOW)) == [1]
    assert set(StatusSpan.objects.values_list("field", flat=True)) == {"sync", "contact"}


def test_removed_clouds_go_with_all_that_hangs_on_them(world: World) -> None:
    gone, left, *stay = world.clouds
    alarm(gone, 1, cleared_at=YOUNG)
    Cloud.objects.filter(pk=gone.pk).update(removed_at=OLD)
    Cloud.objects.filter(pk=left.pk).update(removed_at=YOUNG)
    assert sum(forget_clouds(NOW)) > 1
    assert set(Cloud.objects.filter(kind="subcloud")) == {left, *stay}
    assert not Alarm.objects.exists()


def test_batches_are_small(world: World) -> None:
    rows = Cloud.objects.filter(kind="subcloud")
    assert len(list(in_batches(rows, 3))) == 2
    assert not rows.exists()


def test_records_of_sign_ins_go(db: None) -> None:
    for name in ("old", "young"):
        AccessLog.objects.create(username=name, path_info="/", session_hash="")
    AccessLog.objects.filter(username="old").update(attempt_time=NOW - timedelta(days=91))
    AccessLog.objects.filter(username="young").update(attempt_time=NOW - timedelta(days=89))
    assert list(forget_sign_ins(NOW)) == [1]
    assert [row.username for row in AccessLog.objects.all()] == ["young"]


def test_prune_calls_them_all(world: World, settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    alarm(world.clouds[0], 3, cleared_at=OLD)
    settings.ALARM_HISTORY = timedelta(days=402)
    call_command("prune")
    assert Alarm.objects.count() == 1, "ALARM_HISTORY decides"
    settings.ALARM_HISTORY = timedelta(days=400)
    call_command("prune")
    assert "alarms.retention.forget_cleared: 1 rows" in capsys.readouterr().out
    assert not Alarm.objects.exists()
