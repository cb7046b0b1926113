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


def test_alarms_that_were_not_read_keep_it_until_its_time_is_over() -> None:
    unread = replace(WELL, alarms_at=BEFORE)
    first = seen(unread, UNTIL, SETTLE)
    assert (first.away_since, first.lost) == (AFTER, False)
    late = replace(unread, statuses_at=AFTER + UNREAD * SETTLE, away_since=first.away_since)
    assert seen(late, UNTIL, SETTLE).lost


def test_a_site_that_is_not_online_has_its_time_to_come_back() -> None:
    gone = replace(WELL, availability="offline")
    first = seen(gone, UNTIL, SETTLE)
    assert (first.offline, first.away_since, first.lost) == (True, AFTER, False)
    later = replace(gone, statuses_at=AFTER + SETTLE, away_since=AFTER)
    assert seen(later, UNTIL, SETTLE).lost
    assert seen(replace(later, availability="online", alarms_at=later.statuses_at), UNTIL, SETTLE) == Seen()


def test_silence_of_the_system_controller_counts_against_nobody() -> None:
    silent = replace(WELL, availability="offline", statuses_at=BEFORE, away_since=BEFORE - 9 * SETTLE)
    assert not seen(silent, UNTIL, SETTLE).lost


def test_what_a_wave_waits_for_is_told_in_numbers() -> None:
    offline, unread, lost = Seen("a", offline=True), Seen("b"), Seen("c", lost=True)
    assert waits_for([offline, unread, lost]) == (
        "2 sites are looked at once more before it goes on; 1 of them not online."
    )
    assert waits_for([Seen(), lost]) == ""
