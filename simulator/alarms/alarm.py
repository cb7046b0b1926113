"""One alarm as FM's database holds it, and how it is made from the catalogue."""

from __future__ import annotations

from dataclasses import dataclass, replace

from simulator.alarms.catalogue import entity_type, kinds, reaches
from simulator.fleet import Cloud

MAX_TEXT = 255


@dataclass(frozen=True, slots=True)
class Alarm:
    """`entity_instance_id` names ports by their Linux name; FM's REST layer turns that into a uuid.

    `raised_at` is the instant, `stamp` what the site's own clock showed (None: posted without a time stamp).
    """

    uuid: str
    alarm_id: str
    entity_type_id: str
    entity_instance_id: str
    severity: str
    raised_at: float
    stamp: float | None
    reason_text: str
    alarm_type: str
    probable_cause: str
    proposed_repair_action: str
    service_affecting: bool
    suppression: bool

    @property
    def key(self) -> tuple[str, str]:
        return (self.alarm_id, self.entity_instance_id)

    @property
    def mgmt_affecting(self) -> bool:
        return reaches(self.severity, kinds()[self.alarm_id].mgmt_from)

    @property
    def degrade_affecting(self) -> bool:
        return reaches(self.severity, kinds()[self.alarm_id].degrade_from)


@dataclass(frozen=True, slots=True)
class Episode:
    """An alarm from its raise to its end; `ended_at` None: nobody knows when it will end."""

    alarm: Alarm
    ended_at: float | None = None

    def stands(self, at: float) -> bool:
        return self.alarm.raised_at <= at and (self.ended_at is None or at < self.ended_at)

    def until(self, at: float) -> Episode:
        """The same, cut short."""
        return self if self.ended_at is not None and self.ended_at <= at else replace(self, ended_at=at)


def make(cloud: Cloud, alarm_id: str, severity: str, raised_at: float, **words: object) -> Alarm:
    """An alarm of the catalogue; `words` fill its entity and reason. Its uuid is new with every raise."""
    kind = kinds()[alarm_id]
    words.setdefault("severity", severity)
    entity = kind.entity.format_map(words)
    return Alarm(
        uuid=cloud.uuid("alarm", alarm_id, entity, f"{raised_at:.3f}"),
        alarm_id=alarm_id,
        entity_type_id=entity_type(entity),
        entity_instance_id=entity,
        severity=severity,
        raised_at=raised_at,
        stamp=raised_at,
        reason_text=kind.reason.format_map(words)[:MAX_TEXT],
        alarm_type=kind.alarm_type,
        probable_cause=kind.probable_cause,
        proposed_repair_action=kind.repair,
        service_affecting=kind.affects_service(severity),
        suppression=kind.suppressible,
    )
