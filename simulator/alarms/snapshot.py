"""The alarms that stand at one cloud, valid from one change to the next."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from simulator.alarms.alarm import Alarm, Episode
from simulator.alarms.catalogue import SEVERITIES

ORDER = {severity: rank for rank, severity in enumerate(SEVERITIES)}
INHIBITOR = "200.001"


@dataclass(slots=True)
class Snapshot:
    """`alarms` in FM's order, masked ones included; `masked` and `suppressed` hold uuids; times in seconds.

    `bodies` keeps encoded answers as long as this snapshot holds.
    """

    version: int
    valid_from: float
    valid_until: float
    alarms: list[Alarm]
    masked: frozenset[str]
    suppressed: frozenset[str]
    bodies: dict[str, bytes] = field(default_factory=dict)

    def holds(self, version: int, at: float) -> bool:
        return self.version == version and self.valid_from <= at < self.valid_until

    def counts(self, *, include_suppressed: bool = False) -> tuple[int, int, int, int]:
        """(critical, major, minor, warning) of what is neither masked nor suppressed."""
        found = [0, 0, 0, 0]
        for alarm in self.alarms:
            if alarm.uuid not in self.masked and (include_suppressed or alarm.uuid not in self.suppressed):
                found[ORDER[alarm.severity]] += 1
        return found[0], found[1], found[2], found[3]


def take(
    version: int,
    at: float,
    episodes: Iterable[Episode],
    changes: Iterable[float],
    suppressed_ids: set[str],
    longest: float = math.inf,
) -> Snapshot:
    """What stands at an instant, and how long that is true; `changes` are further instants that end it.

    One alarm for each key: the worst, the first of equals.
    """
    instants = list(changes)
    standing: dict[tuple[str, str], Alarm] = {}
    for episode in episodes:
        instants.append(episode.alarm.raised_at)
        if episode.ended_at is not None:
            instants.append(episode.ended_at)
        if episode.stands(at):
            other = standing.get(episode.alarm.key)
            if other is None or ORDER[episode.alarm.severity] < ORDER[other.severity]:
                standing[episode.alarm.key] = episode.alarm
    valid_from = max((instant for instant in instants if instant <= at), default=-math.inf)
    valid_until = min((instant for instant in instants if instant > at), default=math.inf)
    alarms = sorted(standing.values(), key=lambda one: (one.severity, one.entity_instance_id, one.alarm_id))
    return Snapshot(
        version,
        valid_from,
        min(valid_until, at + longest),
        alarms,
        masked(alarms),
        frozenset(one.uuid for one in alarms if one.alarm_id in suppressed_ids),
    )


def masked(alarms: list[Alarm]) -> frozenset[str]:
    """A locked host hides every other alarm about itself."""
    locked = [one.entity_instance_id for one in alarms if one.alarm_id == INHIBITOR]
    if not locked:
        return frozenset()
    return frozenset(
        one.uuid
        for one in alarms
        if one.alarm_id != INHIBITOR
        and any(one.entity_instance_id == host or one.entity_instance_id.startswith(host + ".") for host in locked)
    )
