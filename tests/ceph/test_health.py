"""The Ceph badge says what is known, and how."""

import pytest

from ceph.choices import CephSource
from ceph.health import CephAlarm, CephState, state_of
from sites.choices import Badge, Severity


def state(*alarms: CephAlarm, flavour: str = "ceph-rook", backend: str = "configured", **more: object) -> CephState:
    arguments = {"measured": "", "alarms_known": True, **more}
    return state_of(flavour, backend, alarms, **arguments)  # type: ignore[arg-type]  # named in each test


def test_a_cloud_without_ceph_has_no_badge() -> None:
    assert state(flavour="none").status == Badge.NONE


def test_storage_nobody_read_is_unknown() -> None:
    assert state(flavour="").status == Badge.UNKNOWN


def test_silence_is_inferred_health_only_where_alarms_were_read() -> None:
    assert (state().status, state().source) == (Badge.OK, CephSource.INFERRED)
    assert state(alarms_known=False).status == Badge.UNKNOWN


@pytest.mark.parametrize(
    ("alarm_id", "severity", "badge"),
    [
        ("800.010", Severity.MAJOR, Badge.ERROR),
        ("800.001", Severity.CRITICAL, Badge.ERROR),
        ("800.001", Severity.WARNING, Badge.WARN),
        ("800.011", Severity.CRITICAL, Badge.WARN),
    ],
)
def test_alarms_say_how_bad_it_is(alarm_id: str, severity: Severity, badge: Badge) -> None:
    found = state(CephAlarm(alarm_id, severity))
    assert (found.status, found.source) == (badge, CephSource.ALARM)


def test_a_backend_at_work_is_a_warning_and_a_failed_one_an_error() -> None:
    assert state(backend="configuring").status == Badge.WARN
    assert state(backend="configuration-failed").status == Badge.ERROR


def test_what_was_measured_counts_more_than_an_alarm_from_before() -> None:
    old = CephAlarm("800.010", Severity.CRITICAL)
    assert state(old, measured="HEALTH_OK").status == Badge.OK
    assert state(measured="HEALTH_WARN").source == CephSource.MEASURED


def test_an_alarm_raised_since_the_measurement_counts() -> None:
    new = CephAlarm("800.010", Severity.CRITICAL, newer=True)
    assert (state(new, measured="HEALTH_OK").status, state(new).source) == (Badge.ERROR, CephSource.ALARM)


def test_a_word_nobody_knows_is_unknown_and_shown() -> None:
    found = state(measured="HEALTH_PURPLE")
    assert (found.status, found.detail) == (Badge.UNKNOWN, "HEALTH_PURPLE")
