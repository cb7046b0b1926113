"""Alarm lists of clouds: one open row per identity. Only a complete list clears; equal lists write nothing."""

import logging
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from alarms.badges import record_badges
from alarms.choices import SEVERITY_OF_WORD
from alarms.models import Alarm as AlarmRow
from events.kinds import Kind
from events.log import append
from sites.choices import Facet, Severity
from sites.ingest import Look, admit, event, places
from sites.staging import Staging, quiet_commit
from starlingx.records import Alarm

log = logging.getLogger(__name__)
SOURCE = "FM"
SUPPRESSED = "suppressed"
MOST_REPORTED = 100
CUT = "FM cut the list at its limit: some alarms may be missing, and none were cleared by it"
STAGING = Staging(
    AlarmRow,
    ("cloud_id", "alarm_id", "entity_instance_id"),
    (
        "fm_uuid",
        "severity",
        "severity_word",
        "entity_type_id",
        "reason_text",
        "alarm_type",
        "probable_cause",
        "proposed_repair_action",
        "service_affecting",
        "management_affecting",
        "degrade_affecting",
        "suppressed",
        "raised_at",
    ),
    kept_if_null=("raised_at",),
    now_on_insert=("first_seen_at",),
    open_when="cleared_at IS NULL",
    guarded=True,
)
TOLD = ("alarm_id", "entity_instance_id", "severity_word", "reason_text")
KNOWN_WORDS = frozenset({*SEVERITY_OF_WORD, ""})
NUMBER_OF_WORD = {word: severity.value for word, severity in SEVERITY_OF_WORD.items()}
UNKNOWN = Severity.INDETERMINATE.value
_reported_words: set[str] = set()


@dataclass(frozen=True, slots=True)
class AlarmSnapshot:
    """What FM of one cloud listed. `complete` False: the list was cut, so it clears nothing."""

    cloud_id: int
    requested_at: datetime
    alarms: Sequence[Alarm]
    complete: bool = True


class Change(NamedTuple):
    """An alarm row that was raised, changed or cleared."""

    kind: Kind
    pk: int
    cloud_id: int
    alarm_id: str
    entity_instance_id: str
    severity: str
    reason_text: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a batch did: clouds whose list counted, those that never had a complete one before, and every change."""

    admitted: frozenset[int]
    first: frozenset[int]
    changes: list[Change]


def record(batch: Sequence[AlarmSnapshot], *, lease_token: int, now: datetime) -> Recorded:
    """Raise, change and clear alarms of these clouds, with badge, spans and events, in one transaction.

    The first complete list of a cloud is told as one cloud.alarms event; afterwards each alarm has its own.
    """
    latest = {snapshot.cloud_id: snapshot for snapshot in sorted(batch, key=lambda each: each.requested_at)}
    with transaction.atomic(), connection.cursor() as cursor:
        quiet_commit(cursor)
        looks = [Look(s.cloud_id, s.requested_at, s.complete, "" if s.complete else CUT) for s in latest.values()]
        admitted = admit(Facet.ALARMS, looks, source=SOURCE, lease_token=lease_token, now=now)
        STAGING.stage(cursor, _rows(latest[pk] for pk in sorted(admitted.clouds)))
        changes = [
            Change(Kind.ALARM_RAISED if inserted else Kind.ALARM_CHANGED, pk, cloud_id, *told)
            for pk, cloud_id, inserted, *told in STAGING.upsert(cursor, now, TOLD, silent=admitted.first)
        ]
        changes += _clear(cursor, [pk for pk in admitted.clouds - admitted.unseen if latest[pk].complete], now)
        touched = {change.cloud_id for change in changes} | admitted.first
        if touched:
            record_badges(touched, baseline=admitted.first, now=now)
            _tell([change for change in changes if change.cloud_id not in admitted.first], now)
    return Recorded(admitted.clouds, admitted.first, changes)


def forget(cloud_ids: Collection[int], *, now: datetime) -> None:
    """These clouds have left the fleet: nothing stands there any more. The rows stay as history, without events."""
    AlarmRow.objects.filter(cloud__in=list(cloud_ids), cleared_at=None).update(cleared_at=now, changed_at=now)


def _rows(snapshots: Iterable[AlarmSnapshot]) -> Iterator[tuple[Any, ...]]:
    """Staged rows, one for each identity; of doubles (after cutting to the column) the last counts."""
    number_of = NUMBER_OF_WORD.get
    for snapshot in snapshots:
        unique = {(alarm.alarm_id[:16], alarm.entity_instance_id[:255]): alarm for alarm in snapshot.alarms}
        for (alarm_id, entity), alarm in unique.items():
            if alarm.severity not in KNOWN_WORDS:
                _report_word(alarm.severity)
            yield (
                snapshot.cloud_id,
                alarm_id,
                entity,
                alarm.uuid,
                number_of(alarm.severity, UNKNOWN),
                alarm.severity,
                alarm.entity_type_id,
                alarm.reason_text,
                alarm.alarm_type,
                alarm.probable_cause,
                alarm.proposed_repair_action,
                alarm.service_affecting,
                alarm.mgmt_affecting,
                alarm.degrade_affecting,
                alarm.suppression_status == SUPPRESSED,
                alarm.timestamp,
            )


def _report_word(word: str) -> None:
    """Say once that FM used a severity we do not know."""
    if word not in _reported_words and len(_reported_words) < MOST_REPORTED:
        _reported_words.add(word)
        log.warning("FM uses a severity that is not known here, shown as it is: %r", word[:32])


def _clear(cursor: CursorWrapper, cloud_ids: Sequence[int], now: datetime) -> list[Change]:
    if not cloud_ids:
        return []
    condition, parameters = STAGING.gone(cloud_ids)
    cursor.execute(
        f"UPDATE {STAGING.table} t SET cleared_at = %(now)s, changed_at = %(now)s WHERE {condition}"  # noqa: S608
        f" RETURNING t.id, t.cloud_id, {', '.join(f't.{column}' for column in TOLD)}",
        {**parameters, "now": now},
    )
    return [Change(Kind.ALARM_CLEARED, *row) for row in cursor.fetchall()]


def _tell(changes: Sequence[Change], now: datetime) -> None:
    if not changes:
        return
    found = places({change.cloud_id for change in changes})
    append(
        event(
            found[change.cloud_id],
            change.kind,
            f"alarm:{change.pk}",
            now,
            {
                "alarm_id": change.alarm_id,
                "entity_instance_id": change.entity_instance_id,
                "severity": change.severity,
                "reason_text": change.reason_text,
            },
        )
        for change in changes
    )
