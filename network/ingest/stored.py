"""What is stored about ports, as far as their links depend on it."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from alarms.models import Alarm
from network.choices import LinkEvidence, LinkState
from network.links import PORT_ALARMS, Link, PortAlarm, PortFacts, upward
from network.models import Interface, Port
from sites.choices import Facet
from sites.freshness import current
from sites.models import FacetState


@dataclass(frozen=True, slots=True)
class StoredPort:
    """A port row, what its link depends on, and the link it has now."""

    pk: int
    cloud_id: int
    facts: PortFacts
    link: Link


@dataclass(frozen=True, slots=True)
class _Purposes:
    roles: frozenset[str]
    classes: frozenset[str]


NO_PURPOSE = _Purposes(frozenset(), frozenset())


def read(cloud_ids: Collection[int], facet: Facet, *, at: datetime | None = None) -> set[int]:
    """Those of the clouds whose facet was read whole at least once, or is current `at` that time."""
    rows = FacetState.objects.filter(cloud__in=list(cloud_ids), facet=facet, observed_at__isnull=False)
    if at is not None:
        rows = rows.filter(observed_at__range=current(facet, at))
    return set(rows.values_list("cloud_id", flat=True))


def port_alarms(cloud_ids: Collection[int]) -> dict[int, list[PortAlarm]]:
    """Standing alarms about ports, by cloud; suppressed ones too: the link is down all the same."""
    rows = Alarm.objects.filter(cloud__in=list(cloud_ids), cleared_at=None, alarm_id__in=PORT_ALARMS).order_by()
    found: dict[int, list[PortAlarm]] = defaultdict(list)
    for cloud_id, alarm_id, entity in rows.values_list("cloud_id", "alarm_id", "entity_instance_id"):
        found[cloud_id].append(PortAlarm(alarm_id, entity))
    return found


def stored_ports(cloud_ids: Collection[int], now: datetime) -> list[StoredPort]:
    """All ports of these clouds. A measurement that has gone stale is none."""
    purposes = _purposes(cloud_ids)
    measured = read(cloud_ids, Facet.NIC_LINKS, at=now)
    rows = Port.objects.filter(cloud__in=list(cloud_ids)).order_by().values_list(
        "pk", "cloud_id", "uuid", "name", "interface_id", "measured_up", "link_state", "link_evidence", "link_detail",
        "host__hostname", "host__administrative", "host__operational",
    )  # fmt: skip
    return [
        StoredPort(
            pk,
            cloud_id,
            _facts(uuid, name, host, purposes.get(interface, NO_PURPOSE), up if cloud_id in measured else None),
            Link(LinkState(state), LinkEvidence(evidence), detail),
        )
        for pk, cloud_id, uuid, name, interface, up, state, evidence, detail, *host in rows
    ]


def _facts(uuid: str, name: str, host: Sequence[str], purposes: _Purposes, measured_up: bool | None) -> PortFacts:
    hostname, administrative, operational = host
    enabled = (administrative, operational) == ("unlocked", "enabled")
    return PortFacts(uuid, name, hostname, purposes.roles, purposes.classes, enabled, measured_up)


def _purposes(cloud_ids: Collection[int]) -> dict[int | None, _Purposes]:
    """By interface row: roles and classes of it and of all that stands upon it on the same host."""
    hosts: dict[int, dict[str, tuple[int, str, list[str], list[str]]]] = defaultdict(dict)
    rows = Interface.objects.filter(cloud__in=list(cloud_ids)).order_by()
    for pk, host, ifname, ifclass, roles, used_by in rows.values_list(
        "pk", "host_id", "ifname", "ifclass", "roles", "used_by"
    ):
        hosts[host][ifname] = (pk, ifclass, roles, used_by)
    found: dict[int | None, _Purposes] = {}
    for interfaces in hosts.values():
        above = {name: used_by for name, (_, _, _, used_by) in interfaces.items()}
        for name, (pk, *_) in interfaces.items():
            stack = [interfaces[each] for each in upward(name, above) if each in interfaces]
            found[pk] = _Purposes(
                frozenset(role for _, _, roles, _ in stack for role in roles),
                frozenset(ifclass for _, ifclass, _, _ in stack),
            )
    return found
