"""Events in words: every kind of the closed list, and those that this version does not know."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.kinds import Kind
from sites.timeline import BADGE_STATES, moment

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SEVERITIES = {"critical", "major", "minor", "warning", "cleared", "indeterminate", "unknown"}


@pytest.mark.parametrize(
    ("kind", "data", "expected"),
    [
        ("alarm.raised", {"alarm_id": "100.106", "severity": "major", "entity_instance_id": "host=a"},
         ("major", "Alarm 100.106 raised", "host=a")),
        ("alarm.cleared", {"alarm_id": "100.106", "severity": "major"}, ("cleared", "Alarm 100.106 cleared", "")),
        ("cloud.contact", {"contact": "unreachable"}, ("error", "Contact: unreachable", "")),
        ("cloud.ceph", {"status": "warn", "source": "alarm"}, ("warn", "Ceph: warn", "alarm")),
        ("cloud.alarms", {"severity": "minor", "minor": 2, "major": 0}, ("minor", "Alarms", "2 minor")),
        ("port.changed", {"host": "controller-0", "name": "ens1f0", "link_state": "down"},
         ("error", "Port ens1f0 of controller-0: down", "")),
        ("cloud.changed", {"fields": {"availability_status": "offline", "latitude": 1}},
         ("warn", "Availability offline", "")),
        ("cloud.changed", {"fields": {"region": "North America"}}, ("info", "Region North America", "")),
        ("cloud.changed", {"fields": {"latitude": 1}}, ("info", "Inventory changed", "")),
        ("cloud.renumbered", {}, ("info", "cloud.renumbered", "")),
    ],
)  # fmt: skip
def test_words(kind: str, data: dict[str, Any], expected: tuple[str, str, str]) -> None:
    shown = moment({"kind": kind, "subject": "cloud:1", "at": AT, "data": data})
    assert (shown.mark, shown.text, shown.detail) == expected


@given(
    kind=st.sampled_from([kind.value for kind in Kind]) | st.text(max_size=20),
    data=st.dictionaries(
        st.sampled_from(["fields", "severity", "status", "contact", "link_state", "name", "critical"]),
        st.text(max_size=20) | st.integers() | st.none() | st.dictionaries(st.text(max_size=5), st.integers()),
    ),
)
def test_any_event_can_be_said(kind: str, data: dict[str, Any]) -> None:
    shown = moment({"kind": kind, "subject": "cloud:1", "at": AT, "data": data})
    assert shown.mark in BADGE_STATES | SEVERITIES | {"info"}
