"""The brake: pulled and released by people, asked by whoever is about to write to a System Controller."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from events.kinds import Kind
from events.log import NewEvent, append
from events.visibility import EVERYWHERE
from sites.models import Brake, Region
from sites.services.actors import Actor, audit, said

log = logging.getLogger(__name__)

FLEET = ""
SENDING = 0x6463  # class of advisory locks: shared by those who send, held alone by who pulls the brake
LONGEST = "28s"  # a write is cut at 25 s


class BrakedError(Exception):
    """Nothing may be written now; the message says since when, by whom and why."""


def pull(region: str, reason: str, actor: Actor, now: datetime) -> Brake:
    """Stops every write for the region, or for the whole fleet (""), and waits for those on their way: when this
    returns, nothing more reaches a System Controller. Raises ValueError without a reason or region."""
    why = said(reason, 255)
    if not why:
        raise ValueError("Say why: everybody will read it.")
    brake = _set(region, True, why, actor, now)
    if not _nothing_on_its_way(region):
        log.warning("the brake is on, and a request of before has still no answer after %s", LONGEST)
        audit(actor, "brake.pull", f"brake:{region or 'fleet'}", now, {"still_sending": True}, "failed")
    return brake


def release(region: str, reason: str, actor: Actor, now: datetime) -> Brake:
    """Lets writes go on. Raises ValueError for a region that does not exist."""
    return _set(region, False, said(reason, 255), actor, now)


def demand_released(region: str) -> None:
    """Raises BrakedError where the fleet's or the region's brake is on.

    Call it in the transaction that writes down what is about to be sent: a brake that is pulled later waits for that
    transaction, so that whoever pulled it knows that nothing new was begun afterwards.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("the brake is asked in the transaction of the intent")
    shared = "SELECT * FROM sites_brake WHERE region IN (%s, %s) ORDER BY region FOR SHARE"
    for brake in Brake.objects.raw(shared, [FLEET, region or FLEET]):
        if brake.on:
            raise BrakedError(sentence(brake))


def brakes_on() -> dict[str, str]:
    """{region, "" for the fleet: sentence} of those that are on. For waiting; who sends asks `demand_released`."""
    return {brake.region: sentence(brake) for brake in Brake.objects.filter(on=True)}


@contextmanager
def sending(region: str) -> Iterator[None]:
    """Around one write to a System Controller, from before its intent until its answer: a brake that is pulled
    meanwhile waits for its end. No transaction stands open for it; the lock goes with the connection."""
    with connection.cursor() as cursor:
        for place in {FLEET, region}:
            cursor.execute("SELECT pg_advisory_lock_shared(%s, hashtext(%s))", [SENDING, place])
    try:
        yield
    finally:
        with suppress(DatabaseError, InterfaceError), connection.cursor() as cursor:  # then the lock is gone as well
            for place in {FLEET, region}:
                cursor.execute("SELECT pg_advisory_unlock_shared(%s, hashtext(%s))", [SENDING, place])


def _nothing_on_its_way(region: str) -> bool:
    """Waits until no write of before is under way. False when one takes longer than any may."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LONGEST])
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [SENDING, region])
    except OperationalError:
        return False
    return True


def sentence(brake: Brake) -> str:
    """Which brake, who, when, why."""
    when = f"{brake.changed_at:%Y-%m-%d %H:%M} UTC" if brake.changed_at else "an unknown time"
    of = f"of {brake.region}" if brake.region else "of the whole fleet"
    return f"The brake {of} is on: {brake.reason} ({brake.changed_by}, {when})"[:500]


def _set(region: str, on: bool, reason: str, actor: Actor, now: datetime) -> Brake:
    if region and not Region.objects.filter(name=region).exists():
        raise ValueError(f"There is no region {region!r}.")
    with transaction.atomic():
        # First the fleet's row, always: a region's may not be there yet for others to lock.
        Brake.objects.select_for_update().get(region=FLEET)
        brake, _ = Brake.objects.update_or_create(
            region=region,
            defaults={"on": on, "reason": reason, "changed_by": actor.name[:150], "changed_at": now},
        )
        data = {"fields": {"region": region, "on": on, "reason": brake.reason, "by": brake.changed_by}}
        append([NewEvent(Kind.BRAKE_CHANGED, f"brake:{brake.pk}", now, data, region=EVERYWHERE)])
        audit(actor, "brake.pull" if on else "brake.release", f"brake:{region or 'fleet'}", now, {"reason": reason})
    return brake
