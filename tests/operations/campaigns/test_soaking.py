"""A soak ends by what was read after it, and never by the clock alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from operations.campaigns.settling import UNREAD
from operations.campaigns.soaking import DoneSite, Seen, seen, waits_for

UNTIL = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)
AFTER = UNTIL + timedelta(minutes=1)
BEFORE = UNTIL - timedelta(minutes=1)
SETTLE = timedelta(minutes=30)
WELL = DoneSite(1, "edge-1", "online", AFTER, AFTER)


def test_read_after_the_soak_and_online() -> None:
    assert seen(WELL, UNTIL, SETTLE) == Seen()


def test_what_was_not_read_since_is_waited_for_however_long_it_takes() -> None:
    for at in (None, BEFORE):
        told = seen(replace(WELL, statuses_at=at, alarms_at=AFTER), UNTIL, SETTLE)
        assert told.why
        assert not told.lost


def watched(site: DoneSite, spent: timedelta, every: timedelta = timedelta(minutes=1)) -> Seen:
    """Looked at from AFTER on, again and again, for so long."""
    at, told = AFTER, seen(replace(site, statuses_at=AFTER), UNTIL, SETTLE)
    while at < AFTER + spent:
        at = min(at + every, AFTER + spent)
        known = replace(site, statuses_at=at, away_since=told.away_since, away_read_at=told.away_read_at)
        told = seen(known, UNTIL, SETTLE)
    return told


def test_alarms_that_were_not_read_keep_it_until_its_time_is_over() -> None:
    unread = replace(WELL, alarms_at=BEFORE)
    assert watched(unread, UNREAD * SETTLE - timedelta(minutes=1)).lost is False
    assert watched(unread, UNREAD * SETTLE).lost


def test_a_site_that_is_not_online_has_its_time_to_come_back() -> None:
    gone = replace(WELL, availability="offline")
    first = seen(gone, UNTIL, SETTLE)
    assert (first.offline, first.away_since, first.lost) == (True, AFTER, False)
    assert watched(gone, SETTLE - timedelta(minutes=1)).lost is False
    assert watched(gone, SETTLE).lost
    back = replace(WELL, away_since=AFTER, away_read_at=AFTER)
    assert seen(back, UNTIL, SETTLE) == Seen()


def test_silence_counts_against_nobody() -> None:
    """Between two readings as little as before the first: portal, collector or dcmanager were away."""
    gone = replace(WELL, availability="offline", away_since=AFTER, away_read_at=AFTER)
    later = AFTER + 9 * SETTLE
    told = seen(replace(gone, statuses_at=later), UNTIL, SETTLE)
    assert (told.away_since, told.away_read_at, told.lost) == (later, later, False)
    silent = replace(gone, statuses_at=BEFORE)
    assert not seen(silent, UNTIL, SETTLE).lost


def test_what_a_wave_waits_for_is_told_in_numbers() -> None:
    offline, unread, lost = Seen("a", offline=True), Seen("b"), Seen("c", lost=True)
    assert waits_for([offline, unread, lost]) == (
        "2 sites are looked at once more before it goes on; 1 of them not online."
    )
    assert waits_for([Seen(), lost]) == ""
    assert "excuse" in waits_for([unread], late=True)
