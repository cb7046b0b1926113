"""Link states of whole clouds, derived again from what is stored: ports, roles, hosts, port alarms, measurements."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import connection, transaction

from events.kinds import Kind
from events.log import append
from network.badge import NicBadge, nic_badge
from network.ingest.stored import StoredPort, port_alarms, read, stored_ports
from network.links import Link, link_of
from sites import spans
from sites.choices import Facet, SpanField
from sites.ingest import cloud_event, event, places


def derive(cloud_ids: Collection[int], *, baseline: Collection[int] = (), now: datetime) -> None:
    """Write links and NIC badges that differ, with spans and events. Of clouds in `baseline` only the badge is told.

    A fixed number of statements. Clouds whose ports were never read stay as they are.
    """
    with transaction.atomic():
        known = read(cloud_ids, Facet.PORTS)
        if not known:
            return
        ports = stored_ports(known, now)
        links = _links(ports, known)
        changed = [port for port in ports if port.link != links[port.pk]]
        _write_links(changed, links, now)
        badges = {
            pk: nic_badge(links[port.pk].state for port in ports if port.cloud_id == pk and port.facts.in_use)
            for pk in known
        }
        worn = _write_badges(badges)
        spans.record(((pk, SpanField.NIC, badges[pk].status.value) for pk in worn), now)
        turned = [p for p in changed if p.link.state != links[p.pk].state and p.cloud_id not in baseline]
        _tell(turned, links, {pk: badges[pk] for pk in worn}, now)


def _links(ports: Sequence[StoredPort], known: Collection[int]) -> dict[int, Link]:
    alarms = port_alarms(known)
    alarms_known = read(known, Facet.ALARMS)
    return {
        port.pk: link_of(port.facts, alarms[port.cloud_id], alarms_known=port.cloud_id in alarms_known)
        for port in ports
    }


def _write_links(changed: Sequence[StoredPort], links: dict[int, Link], now: datetime) -> None:
    if not changed:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE network_port p SET link_state = v.state, link_evidence = v.evidence, link_detail = v.detail,"
            " link_changed_at = CASE WHEN p.link_state = v.state THEN p.link_changed_at ELSE %s END"
            " FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) v (id, state, evidence, detail)"
            " WHERE p.id = v.id",
            [
                now,
                [port.pk for port in changed],
                [links[port.pk].state.value for port in changed],
                [links[port.pk].evidence.value for port in changed],
                [links[port.pk].detail for port in changed],
            ],
        )


def _write_badges(badges: dict[int, NicBadge]) -> list[int]:
    """Clouds whose badge or counts changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE sites_cloud c SET nic_status = v.status, ports_up = v.up, ports_down = v.down,"
            " ports_unknown = v.unknown"
            " FROM unnest(%s::bigint[], %s::text[], %s::int[], %s::int[], %s::int[]) v (id, status, up, down, unknown)"
            " WHERE c.id = v.id AND (c.nic_status, c.ports_up, c.ports_down, c.ports_unknown)"
            " IS DISTINCT FROM (v.status, v.up, v.down, v.unknown) RETURNING c.id",
            [
                list(badges),
                [badge.status.value for badge in badges.values()],
                [badge.up for badge in badges.values()],
                [badge.down for badge in badges.values()],
                [badge.unknown for badge in badges.values()],
            ],
        )
        return [row[0] for row in cursor.fetchall()]


def _tell(turned: Sequence[StoredPort], links: dict[int, Link], badges: dict[int, NicBadge], now: datetime) -> None:
    found = places({*badges, *(port.cloud_id for port in turned)}) if badges or turned else {}
    told = [
        event(
            found[port.cloud_id],
            Kind.PORT_CHANGED,
            f"port:{port.pk}",
            now,
            {"host": port.facts.hostname, "name": port.facts.name, "link_state": links[port.pk].state.value},
        )
        for port in turned
    ]
    told += [
        cloud_event(
            found[pk],
            Kind.CLOUD_NIC,
            now,
            {"status": badge.status.value, "up": badge.up, "down": badge.down, "unknown": badge.unknown},
        )
        for pk, badge in badges.items()
    ]
    if told:
        append(told)
