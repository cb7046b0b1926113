"""Alarms as FM's REST layer shows them: port names turned into sysinv's uuids, booleans as text."""

from __future__ import annotations

from typing import Any

from simulator.alarms.alarm import Alarm
from simulator.alarms.snapshot import Snapshot
from simulator.clock import utc
from simulator.fleet import Cloud

Row = dict[str, Any]


def rest_entity(cloud: Cloud, entity: str) -> str:
    """`host=H.port=NAME` with the port's uuid for its name; the name stays where sysinv knows none.

    Of a dotted name what is before the dot is looked up, the rest stays: `port=<uuid>.100`, as seen.
    """
    head, mark, tail = entity.partition(".port=")
    if not mark or not head.startswith("host="):
        return entity
    host = cloud.host(head.removeprefix("host="))
    name, dot, rest = tail.partition(".")
    port = host.port(name) if host else None
    return f"{head}.port={port.uuid}{dot}{rest}" if port else entity


def stored_entity(cloud: Cloud, entity: str) -> str:
    """The reverse, for callers that send what they were shown."""
    head, mark, tail = entity.partition(".port=")
    if mark:
        name, dot, rest = tail.partition(".")
        for host in cloud.hosts:
            for port in host.ports:
                if port.uuid == name:
                    return f"{head}.port={port.name}{dot}{rest}"
    return entity


def timestamp(at: float | None) -> str | None:
    """FM's shape: no zone, and no fraction when the microseconds are zero."""
    return None if at is None else utc(at).replace(tzinfo=None).isoformat()


def status(suppressed: bool) -> str:
    return "suppressed" if suppressed else "unsuppressed"


def brief(cloud: Cloud, alarm: Alarm, suppressed: bool) -> Row:
    return {
        "uuid": alarm.uuid,
        "alarm_id": alarm.alarm_id,
        "entity_instance_id": rest_entity(cloud, alarm.entity_instance_id),
        "timestamp": timestamp(alarm.stamp),
        "severity": alarm.severity,
        "reason_text": alarm.reason_text,
        "suppression_status": status(suppressed),
        "mgmt_affecting": str(alarm.mgmt_affecting),
        "degrade_affecting": str(alarm.degrade_affecting),
    }


def expanded(cloud: Cloud, alarm: Alarm, suppressed: bool) -> Row:
    return {
        "uuid": alarm.uuid,
        "alarm_id": alarm.alarm_id,
        "alarm_state": "set",
        "entity_type_id": alarm.entity_type_id,
        "entity_instance_id": rest_entity(cloud, alarm.entity_instance_id),
        "timestamp": timestamp(alarm.stamp),
        "severity": alarm.severity,
        "reason_text": alarm.reason_text,
        "alarm_type": alarm.alarm_type,
        "probable_cause": alarm.probable_cause,
        "proposed_repair_action": alarm.proposed_repair_action,
        "service_affecting": alarm.service_affecting,
        "suppression": alarm.suppression,
        "suppression_status": status(suppressed),
        "mgmt_affecting": str(alarm.mgmt_affecting),
        "degrade_affecting": str(alarm.degrade_affecting),
    }


def visible(cloud: Cloud, snapshot: Snapshot) -> list[Row]:
    """Expanded objects of what is neither masked nor suppressed."""
    return [
        expanded(cloud, alarm, False)
        for alarm in snapshot.alarms
        if alarm.uuid not in snapshot.masked and alarm.uuid not in snapshot.suppressed
    ]
