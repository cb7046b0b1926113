"""What happened to a cloud's alarms: the rows of FM's event log, newest first.

Told from the same sources as the standing alarms, so it covers the time before the simulator was started too. The
ring holds 4000 rows, and natural churn is told thirty cycles back (two days at speed 1).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from simulator.alarms.alarm import Alarm
from simulator.alarms.register import log_from
from simulator.fleet import Cloud
from simulator.identity import dice

if TYPE_CHECKING:
    from simulator.alarms.model import StandingAlarms

RING = 4000
CYCLES = 30
LOG_SECONDS = 4 * 3600.0
LOGS = (
    ("200.021", "host={host}.command=swact", "A switch of activity was requested for {host}"),
    ("200.022", "host={host}.state=available", "{host} is available again"),
    (
        "401.001",
        "service_domain=controller.service_group=oam-services.host={host}",
        "Service group oam-services changed state",
    ),
    ("500.500", "certificate=ssl", "The certificate was renewed"),
    ("900.116", "orchestration=sw-deploy", "A software strategy was applied"),
)


@dataclass(frozen=True, slots=True)
class Event:
    """`alarm` says what; `state` set, clear or log; `at` the instant, `stamp` the site's time stamp of it.

    `severity` is `clear` where the alarm's owner cleared it, the alarm's own where a person did, as seen.
    """

    uuid: str
    alarm: Alarm
    state: Literal["set", "clear", "log"]
    at: float
    stamp: float | None
    severity: str


def events(model: StandingAlarms, cloud: Cloud, at: float) -> list[Event]:
    found = [*of_alarms(model, cloud, at), *of_logs(model, cloud, at)]
    found.sort(key=lambda event: (event.stamp or 0.0, event.at), reverse=True)
    return found[:RING]


def of_alarms(model: StandingAlarms, cloud: Cloud, at: float) -> Iterator[Event]:
    """A set row has the alarm's own uuid, unless a change of severity has used it already."""
    seen: set[str] = set()
    deeds = model.register.of(cloud)
    for episode in model.episodes(cloud, at, CYCLES):
        alarm = episode.alarm
        if alarm.raised_at > at:
            continue
        again = alarm.uuid in seen
        seen.add(alarm.uuid)
        uuid = cloud.uuid("event", alarm.uuid, f"{alarm.raised_at:.6f}") if again else alarm.uuid
        yield Event(uuid, alarm, "set", alarm.raised_at, alarm.stamp, alarm.severity)
        if episode.ended_at is not None and episode.ended_at <= at:
            by_hand = alarm.uuid in deeds.cleared or episode in deeds.episodes
            stamp = episode.ended_at + model.skew_at(cloud, episode.ended_at)
            yield Event(
                cloud.uuid("clear", uuid, f"{episode.ended_at:.6f}"),
                alarm,
                "clear",
                episode.ended_at,
                stamp,
                alarm.severity if by_hand else "clear",
            )


def of_logs(model: StandingAlarms, cloud: Cloud, at: float) -> Iterator[Event]:
    """Logs somebody posted, and one of the site's own in four hours."""
    for log in model.register.of(cloud).logs:
        yield Event(log.uuid, log, "log", log.raised_at, log.stamp, log.severity)
    latest = int(at // LOG_SECONDS)
    for number in range(latest - 12, latest):
        die = dice(cloud.seed, "log", number)
        host = die.choice(cloud.hosts).hostname
        alarm_id, entity, text = die.choice(LOGS)
        instant = number * LOG_SECONDS + die.uniform(0, LOG_SECONDS)
        alarm = log_from(
            cloud,
            {
                "alarm_id": alarm_id,
                "entity_instance_id": entity.format(host=host),
                "severity": "not-applicable",
                "entity_type_id": ".".join(part.split("=")[0] for part in entity.split(".") if "=" in part),
                "reason_text": text.format(host=host),
                "alarm_type": "other",
                "probable_cause": "unspecified-reason",
            },
            instant,
        )
        yield Event(alarm.uuid, alarm, "log", instant, instant, alarm.severity)
