"""What fault management tells (starlingx-platform.md 1.2, 1.6, 1.11). Alarm ids are texts: 100.110 is not 100.11."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from starlingx.rows import Row

REPAIR_LENGTH = 1024


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm that stands. Identity within its cloud: (alarm_id, entity_instance_id); the uuid changes on each raise.

    `suppression` says whether the type may be suppressed, `suppression_status` whether it is. The port in an entity
    like `host=controller-0.port=…` is sysinv's port uuid, or its name where FM could not look it up.
    """

    uuid: str
    alarm_id: str
    entity_instance_id: str
    entity_type_id: str
    severity: str
    alarm_state: str
    timestamp: datetime | None
    reason_text: str
    alarm_type: str
    probable_cause: str
    proposed_repair_action: str
    service_affecting: bool | None
    mgmt_affecting: bool | None
    degrade_affecting: bool | None
    suppression: bool | None
    suppression_status: str

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: alarm_id, and entity_instance_id as it reads once cleaned: one odd name must not hide what else
        stands. The short list leaves about half of the keys out."""
        return cls(
            uuid=row.text("uuid"),
            alarm_id=row.identity("alarm_id"),
            entity_instance_id=row.name("entity_instance_id"),
            entity_type_id=row.text("entity_type_id"),
            severity=row.text("severity"),
            alarm_state=row.text("alarm_state"),
            timestamp=row.moment("timestamp"),
            reason_text=row.text("reason_text"),
            alarm_type=row.text("alarm_type"),
            probable_cause=row.text("probable_cause"),
            proposed_repair_action=row.text("proposed_repair_action", REPAIR_LENGTH),
            service_affecting=row.flag("service_affecting"),
            mgmt_affecting=row.flag("mgmt_affecting"),
            degrade_affecting=row.flag("degrade_affecting"),
            suppression=row.flag("suppression"),
            suppression_status=row.text("suppression_status"),
        )


class AlarmList(list[Alarm]):
    """Alarms of one answer. `complete` is False when FM cut the list at its limit: such a list must clear nothing."""

    complete: bool = True


@dataclass(frozen=True, slots=True)
class EventLogEntry:
    """A line of FM's history: an alarm set or cleared, or a log. Severity may be `clear` or `not-applicable` too."""

    uuid: str
    event_log_id: str
    entity_instance_id: str
    entity_type_id: str
    state: str
    severity: str
    timestamp: datetime | None
    reason_text: str
    event_log_type: str
    probable_cause: str
    proposed_repair_action: str
    service_affecting: bool | None
    suppression: bool | None
    suppression_status: str

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: uuid, event_log_id. Logs have the text "None" for a suppression status."""
        suppression_status = row.text("suppression_status")
        return cls(
            uuid=row.identity("uuid"),
            event_log_id=row.identity("event_log_id"),
            entity_instance_id=row.text("entity_instance_id"),
            entity_type_id=row.text("entity_type_id"),
            state=row.text("state"),
            severity=row.text("severity"),
            timestamp=row.moment("timestamp"),
            reason_text=row.text("reason_text"),
            event_log_type=row.text("event_log_type"),
            probable_cause=row.text("probable_cause"),
            proposed_repair_action=row.text("proposed_repair_action", REPAIR_LENGTH),
            service_affecting=row.flag("service_affecting"),
            suppression=row.flag("suppression"),
            suppression_status="" if suppression_status == "None" else suppression_status,
        )
