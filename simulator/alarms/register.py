"""What people did to alarms, by command: raised, cleared, suppressed, logged; and hosts locked and swacted.

All of it is journalled by the world and replayed after a restart, with the same instants.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from simulator.alarms.alarm import Alarm, Episode
from simulator.alarms.catalogue import entity_type, kinds
from simulator.fleet import Cloud


@dataclass(slots=True)
class Deeds:
    """What was done to one cloud. `cleared` maps an alarm's uuid to when it was cleared by hand."""

    episodes: list[Episode] = field(default_factory=list)
    cleared: dict[str, float] = field(default_factory=dict)
    suppressed: set[str] = field(default_factory=set)
    logs: list[Alarm] = field(default_factory=list)
    locks: list[tuple[str, float, float | None]] = field(default_factory=list)
    swacts: list[float] = field(default_factory=list)


class Register:
    """By cloud; a cloud nobody touched has no entry."""

    def __init__(self) -> None:
        self._deeds: dict[tuple[int, int | None], Deeds] = defaultdict(Deeds)
        self._nothing = Deeds()

    def of(self, cloud: Cloud) -> Deeds:
        """To read."""
        return self._deeds.get(cloud.key, self._nothing)

    def to(self, cloud: Cloud) -> Deeds:
        """To change."""
        return self._deeds[cloud.key]


def alarm_from(cloud: Cloud, given: Mapping[str, Any], at: float, stamp: float | None) -> Alarm:
    """An alarm from the fields somebody sent; the catalogue fills in the rest. Raises ValueError."""
    alarm_id = str(given.get("alarm_id", ""))
    kind = kinds().get(alarm_id)
    entity = str(given.get("entity_instance_id") or "")
    severity = str(given.get("severity") or (kind.severities[0] if kind else ""))
    if kind is None or not entity:
        raise ValueError(f"no such alarm id, or no entity_instance_id: {alarm_id!r}")
    if severity not in ("critical", "major", "minor", "warning"):
        raise ValueError(f"no such severity: {severity}")
    return Alarm(
        uuid=cloud.uuid("commanded", alarm_id, entity, f"{at:.6f}"),
        alarm_id=alarm_id,
        entity_type_id=str(given.get("entity_type_id") or entity_type(entity)),
        entity_instance_id=entity,
        severity=severity,
        raised_at=at,
        stamp=stamp,
        reason_text=str(given.get("reason_text") or kind.description),
        alarm_type=str(given.get("alarm_type") or kind.alarm_type),
        probable_cause=str(given.get("probable_cause") or kind.probable_cause),
        proposed_repair_action=str(given.get("proposed_repair_action") or kind.repair),
        service_affecting=bool(given.get("service_affecting", kind.affects_service(severity))),
        suppression=bool(given.get("suppression", kind.suppressible)),
    )


def put(deeds: Deeds, alarm: Alarm) -> Alarm:
    """Raise, or change what already stands under the same key: then the uuid stays."""
    for index, episode in enumerate(deeds.episodes):
        if episode.alarm.key == alarm.key and episode.ended_at is None:
            old = episode.alarm
            if old.severity == alarm.severity:
                changed = replace(alarm, uuid=old.uuid, raised_at=old.raised_at, stamp=old.stamp)
                deeds.episodes[index] = Episode(changed)
                return changed
            deeds.episodes[index] = episode.until(alarm.raised_at)
            alarm = replace(alarm, uuid=old.uuid)
            break
    deeds.episodes.append(Episode(alarm))
    return alarm


def end(deeds: Deeds, standing: list[Alarm], key: tuple[str, str], at: float) -> bool:
    """Clear whatever stands under that key; False when nothing does."""
    found = [alarm for alarm in standing if alarm.key == key]
    for alarm in found:
        deeds.cleared[alarm.uuid] = at
    for index, episode in enumerate(deeds.episodes):
        if episode.alarm.key == key and episode.ended_at is None:
            deeds.episodes[index] = episode.until(at)
            found.append(episode.alarm)
    return bool(found)


def log_from(cloud: Cloud, given: Mapping[str, Any], at: float) -> Alarm:
    """A customer log; its id may be one that is no alarm."""
    text = {
        key: str(given.get(key) or "")
        for key in (
            "alarm_id",
            "entity_instance_id",
            "entity_type_id",
            "reason_text",
            "alarm_type",
            "probable_cause",
            "proposed_repair_action",
        )
    }
    return Alarm(
        uuid=cloud.uuid("log", text["alarm_id"], text["entity_instance_id"], f"{at:.6f}"),
        raised_at=at,
        stamp=at,
        severity=str(given.get("severity") or "not-applicable"),
        service_affecting=bool(given.get("service_affecting")),
        suppression=bool(given.get("suppression")),
        **text,
    )
