"""Which alarms are new at a site since before it was worked on, and count as a failure of the campaign."""

from __future__ import annotations

from collections.abc import Iterable

from operations.campaigns.alarm_gates import OWN_ALARMS
from operations.campaigns.facts import AlarmFact, AlarmKey
from operations.campaigns.strategy import Kind


def affects(alarm: AlarmFact) -> bool:
    """Management- or service-affecting. One of which FM tells neither is taken for one."""
    if alarm.mgmt_affecting is None and alarm.service_affecting is None:
        return True
    return bool(alarm.mgmt_affecting or alarm.service_affecting)


def new_alarms(before: Iterable[AlarmFact], after: Iterable[AlarmFact], kind: Kind) -> tuple[AlarmKey, ...]:
    """Alarms that affect now and did not before, without those that the work raises by itself.

    The identity of an alarm is its id and entity. One that stood before and has become affecting since is new.
    """
    known = {alarm.key for alarm in before if affects(alarm)}
    own = OWN_ALARMS[kind]
    found = {alarm.key for alarm in after if affects(alarm) and alarm.key.alarm_id not in own}
    return tuple(sorted(found - known))
