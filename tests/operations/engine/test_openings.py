"""Whether a batch may begin now, at the nights when clocks change: for all of its sites, by what work takes."""

from datetime import UTC, datetime, time, timedelta

import pytest

from operations.campaigns.calendars import Calendar, Opening
from operations.campaigns.site_time import zone_named
from operations.campaigns.windows import WindowRule
from operations.engine.campaign.alike import Alike
from operations.engine.campaign.openings import Openings

NIGHT = WindowRule("Night", frozenset(range(7)), time(1, 30), end=time(3, 30))
LATE = WindowRule("Late", frozenset(range(7)), time(23), end=time(1))
BERLIN, LISBON = "Europe/Berlin", "Europe/Lisbon"


def ask(at: str, hours: float, *zones: str, rule: WindowRule = NIGHT, around: timedelta = timedelta(0)) -> Opening:
    """Of a batch with one site in each zone, where nine of ten are done within so many hours."""
    kinds = [
        Alike(f"edge-{number}", Calendar(zone_named(zone), (rule,)), timedelta(hours=hours))
        for number, zone in enumerate(zones, start=1)
    ]
    return Openings({7: kinds}, utc(at), around).of(7)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("night", "opens", "hours", "may"),
    [
        ("a usual one", "2026-06-01 23:30", 2, True),
        ("an hour shorter", "2026-03-29 00:30", 1, True),
        ("an hour shorter", "2026-03-29 00:30", 2, False),
        ("an hour longer", "2026-10-24 23:30", 3, True),
        ("an hour longer", "2026-10-24 23:30", 3.1, False),
    ],
)
def test_what_fits_into_a_night_of_berlin(night: str, opens: str, hours: float, may: bool) -> None:
    told = ask(opens, hours, BERLIN)
    assert told.is_open is may, night
    assert may or "edge-1: It takes up to" in told.reason


def test_the_shorter_night_waits_for_the_next() -> None:
    told = ask("2026-03-29 00:30", 2, BERLIN)
    assert told.opens == utc("2026-03-29 23:30")


def test_a_window_over_midnight() -> None:
    before, after = "2026-06-01 21:59", "2026-06-01 22:01"  # midnight in Berlin
    assert ask(before, 1, BERLIN, rule=LATE).is_open
    assert not ask(after, 1, BERLIN, rule=LATE).is_open
    assert ask(after, 0.9, BERLIN, rule=LATE).until == utc("2026-06-01 23:00")


def test_a_window_shorter_than_the_p90_never_begins_and_says_so() -> None:
    told = ask("2026-06-01 23:30", 4, BERLIN)
    assert (told.is_open, told.opens) == (False, None)
    assert told.reason.startswith("edge-1: ")
    assert "no window within two years is as long" in told.reason


def test_all_sites_of_a_batch_must_be_able_to() -> None:
    """Lisbon opens an hour after Berlin, and speaks; once both are open, Berlin closes first."""
    early = ask("2026-06-01 23:30", 1, BERLIN, LISBON)
    assert (early.is_open, early.opens) == (False, utc("2026-06-02 00:30"))
    assert early.reason.startswith("edge-2: ")
    both = ask("2026-06-02 00:30", 1, BERLIN, LISBON)
    assert (both.is_open, both.until) == (True, utc("2026-06-02 01:30"))


def test_what_is_done_before_the_work_needs_room_too_until_it_is_done() -> None:
    """A window of two hours for work of two: it cannot begin, though what had begun could go on."""
    lead = timedelta(minutes=8)
    assert not ask("2026-06-01 23:30", 2, BERLIN, around=lead).is_open
    assert ask("2026-06-01 23:30", 1.8, BERLIN, around=lead).is_open
    assert ask("2026-06-01 23:38", 1.8, BERLIN).is_open
