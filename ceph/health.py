"""The Ceph badge of a cloud, and where it comes from (starlingx-platform.md 2.9, 8.4).

Measured health counts when it is there and current. Without it the alarms of ceph-manager tell of trouble, the
backend's state of work in progress, and their silence lets us infer that all is well.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ceph.choices import CephSource, Flavour
from sites.choices import Badge, Severity

HEALTH_ALARM = "800.001"
OSD_LOSS_ALARM = "800.010"
OSD_DEGRADED_ALARM = "800.011"
CEPH_ALARMS = frozenset({HEALTH_ALARM, OSD_LOSS_ALARM, OSD_DEGRADED_ALARM})
BADGE_OF_HEALTH = {"HEALTH_OK": Badge.OK, "HEALTH_WARN": Badge.WARN, "HEALTH_ERR": Badge.ERROR}
CONFIGURED = "configured"
BROKEN_STATES = frozenset({"configuration-failed", "failed"})


@dataclass(frozen=True, slots=True)
class CephAlarm:
    """A standing alarm of CEPH_ALARMS. `newer`: raised after the health was measured."""

    alarm_id: str
    severity: Severity | int
    reason_text: str = ""
    newer: bool = False


@dataclass(frozen=True, slots=True)
class CephState:
    status: Badge
    source: CephSource
    detail: str


def state_of(
    flavour: str, backend_state: str, alarms: Iterable[CephAlarm], *, measured: str = "", alarms_known: bool
) -> CephState:
    """`measured`: Ceph's own word if it is current, else empty. `alarms_known`: they were read at least once."""
    if flavour == Flavour.UNKNOWN:
        return CephState(Badge.UNKNOWN, CephSource.NONE, "storage was never read")
    if flavour == Flavour.NONE:
        return CephState(Badge.NONE, CephSource.NONE, "no Ceph here")
    standing = list(alarms)
    if measured:
        later = _worst(alarm for alarm in standing if alarm.newer)
        found = CephState(BADGE_OF_HEALTH.get(measured, Badge.UNKNOWN), CephSource.MEASURED, measured)
        return later if later is not None and _rank(later.status) > _rank(found.status) else found
    if (told := _worst(standing)) is not None:
        return told
    if backend_state != CONFIGURED:
        badge = Badge.ERROR if backend_state in BROKEN_STATES else Badge.WARN
        return CephState(badge, CephSource.BACKEND, f"backend {backend_state or 'state not told'}")
    if not alarms_known:
        return CephState(Badge.UNKNOWN, CephSource.NONE, "alarms were never read")
    return CephState(Badge.OK, CephSource.INFERRED, "backend configured, no Ceph alarm")


def _worst(alarms: Iterable[CephAlarm]) -> CephState | None:
    states = [
        CephState(_badge(alarm), CephSource.ALARM, f"{alarm.alarm_id} {alarm.reason_text}".strip()) for alarm in alarms
    ]
    return max(states, key=lambda state: _rank(state.status), default=None)


def _badge(alarm: CephAlarm) -> Badge:
    critical = alarm.alarm_id == HEALTH_ALARM and alarm.severity == Severity.CRITICAL
    return Badge.ERROR if critical or alarm.alarm_id == OSD_LOSS_ALARM else Badge.WARN


def _rank(badge: Badge) -> int:
    return (Badge.NONE, Badge.OK, Badge.UNKNOWN, Badge.WARN, Badge.ERROR).index(badge)
