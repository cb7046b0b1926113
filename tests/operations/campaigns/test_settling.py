"""The time to settle counts while something can be read."""

from dataclasses import replace
from datetime import timedelta

from operations.campaigns.plan import canonical
from operations.campaigns.postcheck import After, Health
from operations.campaigns.reading import read
from operations.campaigns.settling import is_late, noted
from tests.operations.campaigns.test_postcheck import ENDED

SETTLE = timedelta(minutes=30)
WAITS = After(Health.WAITS)


def seen(*minutes: float) -> After:
    """After checks at which the statuses were so many minutes younger than the end of the work."""
    told: After | None = None
    for each in minutes:
        told = read(After, canonical(noted(WAITS, told, ENDED + timedelta(minutes=each), ENDED)), "after")
    assert told is not None
    return told


def test_it_is_late_when_it_was_read_for_long_enough() -> None:
    assert not is_late(seen(*range(1, 31)), SETTLE)
    assert is_late(seen(*range(1, 32)), SETTLE)


def test_what_was_never_read_since_is_never_late() -> None:
    assert not is_late(seen(-600, -5), SETTLE)
    assert not is_late(noted(WAITS, None, None, ENDED), SETTLE)


def test_the_first_reading_after_a_silence_is_not_late() -> None:
    assert not is_late(seen(300), SETTLE)


def test_after_a_gap_it_has_all_of_its_time_again() -> None:
    assert not is_late(seen(1, 2, 3, 120, 121), SETTLE)
    assert is_late(seen(1, 2, 3, *range(120, 151)), SETTLE)


def test_statuses_from_before_the_end_take_nothing_back() -> None:
    told = noted(WAITS, seen(1, 2), ENDED - timedelta(minutes=1), ENDED)
    assert told.read_since == ENDED + timedelta(minutes=1)


def test_what_was_not_looked_at_says_nothing_bad_yet() -> None:
    told = replace(seen(*range(1, 61)), unread=True)
    assert not is_late(told, SETTLE)
    assert is_late(replace(told, unread=False), SETTLE)
    assert is_late(replace(seen(*range(1, 123)), unread=True), SETTLE)
