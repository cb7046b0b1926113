"""Alarm lists become rows, badges, spans and events; nothing is written twice, nothing cleared by half a list."""

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alarms import ingest
from alarms.models import Alarm
from events.models import Event
from sites.choices import Severity
from sites.ingest import record_subclouds
from sites.models import Cloud, ControllerLease, FacetState, StatusSpan
from starlingx import records
from tests.observed import NOW, alarm, controller, later, subcloud

pytestmark = pytest.mark.django_db


@pytest.fixture
def cloud() -> Cloud:
    return clouds(1)[0]


def clouds(count: int) -> list[Cloud]:
    owner = controller()
    listed = [subcloud(number) for number in range(1, count + 1)]
    record_subclouds(owner.pk, listed, requested_at=NOW, lease_token=1, now=NOW)
    Event.objects.all().delete()
    return list(Cloud.objects.filter(kind="subcloud").order_by("dcmanager_id"))


def take(
    cloud: Cloud, *alarms: records.Alarm, at: datetime = NOW, complete: bool = True, token: int = 1
) -> ingest.Recorded:
    return ingest.record([ingest.AlarmSnapshot(cloud.pk, at, alarms, complete)], lease_token=token, now=at)


def told() -> list[tuple[str, dict[str, Any]]]:
    return [(event.kind, event.data) for event in Event.objects.order_by("id")]


def test_the_first_list_is_told_as_one_baseline(cloud: Cloud) -> None:
    recorded = take(cloud, alarm(), alarm("800.001", "cluster=1", severity="critical"))
    assert recorded.first == {cloud.pk}
    assert told() == [
        (
            "cloud.alarms",
            {"severity": "critical", "critical": 1, "major": 1, "minor": 0, "warning": 0, "active": 2},
        )
    ]
    cloud.refresh_from_db()
    assert (cloud.severity, cloud.critical_alarms, cloud.warning_alarms) == (Severity.CRITICAL, 1, 0)
    assert StatusSpan.objects.get(cloud=cloud, field="severity", ended_at=None).value == "critical"


def test_an_empty_first_list_says_that_nothing_stands(cloud: Cloud) -> None:
    assert cloud.severity == Severity.INDETERMINATE
    take(cloud)
    cloud.refresh_from_db()
    assert (cloud.severity, cloud.major_alarms) == (Severity.CLEARED, 0)
    assert told()[0][1]["severity"] == "cleared"


def test_raised_changed_and_cleared_have_an_event_each(cloud: Cloud) -> None:
    take(cloud, alarm("100.101"))
    Event.objects.all().delete()
    take(cloud, alarm("100.101", severity="critical"), alarm("100.103"), at=later(1))
    take(cloud, alarm("100.103"), at=later(2))
    kinds = [(kind, data.get("alarm_id"), data.get("severity")) for kind, data in told()]
    assert ("alarm.changed", "100.101", "critical") in kinds
    assert ("alarm.raised", "100.103", "major") in kinds
    assert ("alarm.cleared", "100.101", "critical") in kinds
    gone = Alarm.objects.get(alarm_id="100.101")
    assert (gone.cleared_at, gone.first_seen_at) == (later(2), NOW)


def test_a_cleared_alarm_that_comes_back_is_a_new_row(cloud: Cloud) -> None:
    take(cloud, alarm())
    take(cloud, at=later(1))
    take(cloud, alarm(uuid="another"), at=later(2))
    assert [row.cleared_at for row in Alarm.objects.order_by("id")] == [later(1), None]


def test_nothing_new_writes_nothing_but_the_age(cloud: Cloud) -> None:
    take(cloud, alarm(), alarm("100.103", timestamp=None))
    before = list(Alarm.objects.order_by("id").values())
    versions = _row_versions()
    Event.objects.all().delete()
    recorded = take(cloud, alarm(), alarm("100.103", timestamp=None), at=later(5))
    assert recorded.changes == []
    assert list(Alarm.objects.order_by("id").values()) == before
    assert _row_versions() == versions, "rows were written or locked"
    assert told() == []
    assert FacetState.objects.get(cloud=cloud, facet="alarms").observed_at == later(5)


def _row_versions() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 'alarm', id, xmin::text, xmax::text, ctid::text FROM alarms_alarm UNION ALL"
            " SELECT 'cloud', id, xmin::text, xmax::text, ctid::text FROM sites_cloud ORDER BY 1, 2"
        )
        return list(cursor.fetchall())


def test_half_a_list_raises_but_never_clears(cloud: Cloud) -> None:
    take(cloud, alarm("100.101"), alarm("100.103"))
    take(cloud, alarm("100.105"), at=later(1), complete=False)
    assert Alarm.objects.filter(cleared_at=None).count() == 3
    state = FacetState.objects.get(cloud=cloud, facet="alarms")
    assert (state.observed_at, bool(state.error)) == (NOW, True)
    cloud.refresh_from_db()
    assert cloud.major_alarms == 3


def test_an_older_list_is_dropped(cloud: Cloud) -> None:
    take(cloud, alarm(), at=later(10))
    assert take(cloud, at=later(5)).admitted == frozenset()
    assert Alarm.objects.filter(cleared_at=None).count() == 1


def test_a_list_under_an_older_lease_is_dropped(cloud: Cloud) -> None:
    take(cloud, alarm(), token=7)
    assert take(cloud, at=later(5), token=6).admitted == frozenset()
    ControllerLease.objects.create(controller_id=cloud.controller_id, token=9)
    assert take(cloud, at=later(5), token=8).admitted == frozenset(), "a newer lease was given to somebody else"
    assert take(cloud, at=later(5), token=9).admitted == {cloud.pk}


def test_suppressed_alarms_stand_but_are_not_counted(cloud: Cloud) -> None:
    take(cloud, alarm(suppression_status="suppressed", severity="critical"))
    cloud.refresh_from_db()
    assert (cloud.severity, cloud.critical_alarms) == (Severity.CLEARED, 0)
    assert Alarm.objects.get().suppressed


def test_a_severity_nobody_knows_is_kept_and_orders_as_indeterminate(cloud: Cloud) -> None:
    take(cloud, alarm(severity="catastrophic"))
    row = Alarm.objects.get()
    assert (row.severity, row.severity_word) == (Severity.INDETERMINATE, "catastrophic")


def test_doubles_in_one_list_are_one_alarm(cloud: Cloud) -> None:
    take(cloud, alarm(reason_text="one"), alarm(reason_text="two"))
    assert Alarm.objects.get().reason_text == "two"


def test_hostile_text_is_cut_and_cleaned(cloud: Cloud) -> None:
    take(cloud, alarm(reason_text="a\x00b" + "x" * 400, alarm_type="t" * 300))
    row = Alarm.objects.get()
    assert row.reason_text.startswith("abx")
    assert (len(row.reason_text) <= 255, len(row.alarm_type)) == (True, 64)


def test_clouds_that_left_the_fleet_have_nothing_standing(cloud: Cloud) -> None:
    take(cloud, alarm())
    ingest.forget([cloud.pk], now=later(1))
    assert Alarm.objects.get().cleared_at == later(1)


def test_the_number_of_statements_does_not_grow_with_the_batch() -> None:
    many = clouds(30)
    lists = [ingest.AlarmSnapshot(cloud.pk, NOW, [alarm(f"100.{n}") for n in range(101, 110)]) for cloud in many]
    ingest.record(lists[:1], lease_token=1, now=NOW)
    with CaptureQueriesContext(
        connection,
    ) as one:
        ingest.record([ingest.AlarmSnapshot(many[0].pk, later(1), [alarm()])], lease_token=1, now=later(1))
    with CaptureQueriesContext(connection) as all_of_them:
        changed = [ingest.AlarmSnapshot(cloud.pk, later(2), [alarm("100.199")]) for cloud in many]
        ingest.record(changed, lease_token=1, now=later(2))
    assert len(all_of_them) <= len(one) + 1
    assert len(all_of_them) <= 18
