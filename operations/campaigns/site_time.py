"""A site's local time: its zone, and which instant a wall clock means on nights when clocks are changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class SiteZone:
    """The zone in which a site's times are reckoned. `note` says why, where the site itself did not tell it."""

    zone: ZoneInfo
    note: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant in UTC. `note` is "" on ordinary days, else what the change of clocks made of the wall time."""

    at: datetime
    note: str = ""


def zone_named(name: str) -> ZoneInfo:
    """Raises ValueError where `name` is not one of the IANA zones."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
        raise ValueError(f"{name!r} is no time zone; write one like Europe/Lisbon.") from problem


@lru_cache(maxsize=1024)
def site_zone(told: str, default: str) -> SiteZone:
    """The zone a site tells, else `default`, and then a note. Raises ValueError where `default` is no zone."""
    if not told:
        return SiteZone(zone_named(default), f"The site tells no time zone: {default} is assumed.")
    try:
        return SiteZone(zone_named(told))
    except ValueError:
        return SiteZone(zone_named(default), f"The site's time zone {told[:64]!r} is not known: {default} is assumed.")


@lru_cache(maxsize=65536)
def moment(day: date, at: time, zone: ZoneInfo, *, last: bool = False) -> Moment:
    """When the clocks of `zone` show `at` on `day`.

    A time that is skipped is the instant at which the clocks jump over it. One that is shown twice is the first of
    the two, or with `last` the second.
    """
    wall = datetime.combine(day, at.replace(tzinfo=None))
    early = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    late = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if early == late:
        return Moment(early)
    if early > late:
        return Moment(_jump(late, early, zone), f"{wall:%H:%M} is skipped on {day}: the clocks jump over it.")
    return Moment(
        late if last else early, f"{wall:%H:%M} is shown twice on {day}: {'second' if last else 'first'} one."
    )


def _jump(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first second of the new offset, which begins between the two instants."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > SECOND:
        middle = before + timedelta(seconds=int((after - before) / SECOND) // 2)
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def shown(at: datetime, zone: ZoneInfo) -> str:
    """`2026-10-25 03:30 Europe/Lisbon (02:30 UTC)`: nobody has to reckon."""
    local, utc = at.astimezone(zone), at.astimezone(UTC)
    if local.utcoffset() == timedelta(0):
        return f"{utc:%Y-%m-%d %H:%M} UTC"
    told = f"{utc:%H:%M}" if utc.date() == local.date() else f"{utc:%Y-%m-%d %H:%M}"
    return f"{local:%Y-%m-%d %H:%M} {zone.key} ({told} UTC)"


def lasting(span: timedelta) -> str:
    """`2 h 5 min`, `40 min`, `30 s`; days from two on."""
    seconds = round(span.total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    days, rest = divmod(seconds // 60, 24 * 60)
    if days < 2:
        days, rest = 0, seconds // 60
    words = ((days, "d"), (rest // 60, "h"), (rest % 60, "min"))
    return " ".join(f"{number} {unit}" for number, unit in words if number)
