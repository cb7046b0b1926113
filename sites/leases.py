"""Which collector reads which controller: leases with a fencing token that only grows. Times are the database's."""

from collections.abc import Collection, Mapping

from django.db import connection, transaction

from sites.models import ControllerLease


def turn(
    holder: str, held: Mapping[int, int], *, seconds: float, only: Collection[int] | None = None
) -> dict[int, int]:
    """Renew what `holder` has, take its share of what is free. Returns the token by controller, all that it may read.

    What is not in the answer any more was lost, given away or disabled: stop reading it at once. A share is the number
    of enabled controllers by the number of living collectors, rounded up; `only` names the controllers to care for.
    """
    with transaction.atomic():
        share = _share(holder, seconds, only)
        renewed = _renew(holder, held, seconds)
        for surplus in sorted(renewed)[share:]:
            release(holder, {surplus: renewed.pop(surplus)})
        return renewed | _claim(holder, share - len(renewed), seconds, only)


def release(holder: str, held: Mapping[int, int]) -> None:
    """Give these back, so that another need not wait for their end."""
    for controller_id, token in held.items():
        ControllerLease.objects.filter(controller_id=controller_id, holder=holder, token=token).update(
            holder="", expires_at=None
        )


def leave(holder: str, held: Mapping[int, int]) -> None:
    """This collector stops: give everything back and be counted no more."""
    with transaction.atomic(), connection.cursor() as cursor:
        release(holder, held)
        cursor.execute("DELETE FROM sites_collectorprocess WHERE name = %s", [holder])


def _share(holder: str, seconds: float, only: Collection[int] | None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sites_collectorprocess (name, seen_at) VALUES (%s, clock_timestamp())"
            " ON CONFLICT (name) DO UPDATE SET seen_at = EXCLUDED.seen_at",
            [holder],
        )
        cursor.execute(
            "DELETE FROM sites_collectorprocess WHERE seen_at < clock_timestamp() - make_interval(days => 1)"
        )
        cursor.execute(
            "SELECT (SELECT count(*) FROM sites_controller WHERE enabled), count(*) FROM sites_collectorprocess"
            " WHERE seen_at BETWEEN clock_timestamp() - make_interval(secs => %s)"
            " AND clock_timestamp() + make_interval(secs => %s)",
            [seconds, seconds],
        )
        controllers, collectors = cursor.fetchone()
    return len(only) if only is not None else -(-controllers // max(1, collectors))


def _renew(holder: str, held: Mapping[int, int], seconds: float) -> dict[int, int]:
    """A lease that ran out but that nobody took is still ours: the token did not move."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE sites_controllerlease l SET expires_at = clock_timestamp() + make_interval(secs => %s)"
            " FROM unnest(%s::bigint[], %s::bigint[]) v (controller_id, token), sites_controller c"
            " WHERE l.controller_id = v.controller_id AND l.token = v.token AND l.holder = %s"
            " AND c.id = l.controller_id AND c.enabled RETURNING l.controller_id, l.token",
            [seconds, list(held), list(held.values()), holder],
        )
        return dict(cursor.fetchall())


def _claim(holder: str, most: int, seconds: float, only: Collection[int] | None) -> dict[int, int]:
    if most <= 0:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sites_controllerlease (controller_id, holder, token) SELECT id, '', 0 FROM sites_controller"
            " c WHERE enabled AND NOT EXISTS (SELECT FROM sites_controllerlease l WHERE l.controller_id = c.id)"
            " ON CONFLICT DO NOTHING"
        )
        cursor.execute(
            # picked once: as a subquery of the UPDATE it may be run for each row, and then takes more than `most`
            "WITH picked AS MATERIALIZED (SELECT l.controller_id FROM sites_controllerlease l"
            " JOIN sites_controller c ON c.id = l.controller_id AND c.enabled"
            " WHERE (l.holder = '' OR l.expires_at IS NULL OR l.expires_at < clock_timestamp()"
            # set back, the clock would keep what a dead collector held: no lease is given for so long
            " OR l.expires_at > clock_timestamp() + make_interval(secs => 3 * %(seconds)s))"
            " AND (%(only)s::bigint[] IS NULL OR l.controller_id = ANY(%(only)s::bigint[]))"
            " ORDER BY l.controller_id LIMIT %(most)s FOR UPDATE OF l SKIP LOCKED)"
            " UPDATE sites_controllerlease SET holder = %(holder)s, token = token + 1,"
            " expires_at = clock_timestamp() + make_interval(secs => %(seconds)s)"
            " WHERE controller_id IN (SELECT controller_id FROM picked) RETURNING controller_id, token",
            {
                "holder": holder,
                "seconds": seconds,
                "most": most,
                "only": None if only is None else list(only),
            },
        )
        return dict(cursor.fetchall())
