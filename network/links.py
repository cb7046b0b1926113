"""Whether a port has link, with the evidence for it. sysinv does not know; this is derived (starlingx-platform.md 2.8).

An alarm on the port says down. Else the exporter on the host says what it measures. Else a port whose loss FM would
tell of has link as long as its host is in service and no alarm stands. Else nobody knows, and nobody may say up.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from network.choices import LinkEvidence, LinkState

PORT_ALARMS = frozenset({"100.106", "100.108", "100.110", "100.112", "300.001"})
WATCHED_ROLES = frozenset({"oam", "mgmt", "cluster-host"})
WATCHED_CLASSES = frozenset({"data"})
_PORT = re.compile(r"^host=(?P<host>.+?)\.port=(?P<port>.+)$")


@dataclass(frozen=True, slots=True)
class PortFacts:
    """A port as far as its link is concerned.

    `roles` and `classes` are those of its interface and of all interfaces upon it; `host_enabled`: unlocked and
    enabled; `measured_up`: the exporter's word, None without one.
    """

    uuid: str
    name: str
    hostname: str
    roles: Collection[str]
    classes: Collection[str]
    host_enabled: bool
    measured_up: bool | None = None

    @property
    def in_use(self) -> bool:
        """Whether an interface with a purpose stands on it: spare ports have no link and nobody minds."""
        return any(each not in ("", "none") for each in self.classes) or bool(self.roles)


@dataclass(frozen=True, slots=True)
class PortAlarm:
    """A standing alarm of one of PORT_ALARMS."""

    alarm_id: str
    entity_instance_id: str


@dataclass(frozen=True, slots=True)
class Link:
    state: LinkState
    evidence: LinkEvidence
    detail: str


UNWATCHED = Link(LinkState.UNKNOWN, LinkEvidence.NONE, "nothing watches this port")
NOT_IN_USE = Link(LinkState.UNKNOWN, LinkEvidence.NONE, "not in use")
OUT_OF_SERVICE = Link(LinkState.UNKNOWN, LinkEvidence.NONE, "the host is not in service")
ALARMS_UNREAD = Link(LinkState.UNKNOWN, LinkEvidence.NONE, "alarms were never read")


def link_of(port: PortFacts, alarms: Iterable[PortAlarm], *, alarms_known: bool) -> Link:
    """State of one port. `alarms` are the port alarms of its cloud; `alarms_known`: they were read at least once."""
    for alarm in alarms:
        if names(alarm.entity_instance_id, port):
            return Link(LinkState.DOWN, LinkEvidence.ALARM, f"alarm {alarm.alarm_id}")
    if port.measured_up is False and not port.in_use:
        return NOT_IN_USE  # nobody has brought it up, so that it is silent tells nothing of the cable
    if port.measured_up is not None:
        state = LinkState.UP if port.measured_up else LinkState.DOWN
        return Link(state, LinkEvidence.MEASURED, "exporter" if port.measured_up else "no series at the exporter")
    if not (WATCHED_ROLES.intersection(port.roles) or WATCHED_CLASSES.intersection(port.classes)):
        return UNWATCHED
    if not port.host_enabled:
        return OUT_OF_SERVICE
    if not alarms_known:
        return ALARMS_UNREAD
    return Link(LinkState.UP, LinkEvidence.INFERRED, "watched, no alarm")


def names(entity_instance_id: str, port: PortFacts) -> bool:
    """Whether an alarm's entity means this port.

    FM writes the port's uuid, or its name where sysinv did not answer, and either may have `.VLAN` behind it.
    """
    found = _PORT.match(entity_instance_id)
    if found is None:
        return False
    told = found["port"]
    if told == port.uuid or told.startswith(f"{port.uuid}."):
        return True
    return found["host"] == port.hostname and (told == port.name or told.startswith(f"{port.name}."))


def upward(start: str, used_by: Mapping[str, Collection[str]]) -> set[str]:
    """An interface and all that stand upon it, by name: a port's roles are mostly those of a bond or VLAN above it."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(used_by.get(name, ()))
    return found
