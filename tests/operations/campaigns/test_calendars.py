"""Windows without the freezes, and whether work that begins now can end in time."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operations.campaigns.calendars import Calendar, Freeze, calendar_of, first_fit, fits, free_spans, open_at
from operations.campaigns.site_time import zone_named
from operations.campaigns.windows import WindowRule
from tests.operations.campaigns.test_windows import EVERY_DAY, MOMENTS, NIGHT, RULES, ZONES, utc

BERLIN, LISBON = zone_named("Europe/Berlin"), zone_named("Europe/Lisbon")
HOUR = timedelta(hours=1)


def test_without_windows_any_time_is_right() -> None:
    opening = open_at(Calendar(BERLIN), utc("2026-06-01 12:00"))
    assert opening.is_open
    assert opening.until is None


def test_outside_windows_says_which_and_when_next() -> None:
    opening = open_at(Calendar(LISBON, (NIGHT,)), utc("2026-06-01 12:00"))
    assert not opening.is_open
    assert opening.opens == utc("2026-06-02 00:30")
    assert "Europe/Lisbon: Night (every day 01:30 to 03:30)." in opening.reason
    assert "It opens 2026-06-02 01:30 Europe/Lisbon (00:30 UTC)." in opening.reason


def test_freeze_of_the_site_and_of_a_named_zone() -> None:
    local = Freeze("Sales", date(2026, 12, 1), date(2026, 12, 2))
    named = Freeze("Sales", date(2026, 12, 1), date(2026, 12, 2), zone="America/New_York")
    kolkata = zone_named("Asia/Kolkata")
    assert (local.span(kolkata).opens, local.span(kolkata).closes) == (
        utc("2026-11-30 18:30"),
        utc("2026-12-02 18:30"),
    )
    assert (named.span(kolkata).opens, named.span(kolkata).closes) == (
        utc("2026-12-01 05:00"),
        utc("2026-12-03 05:00"),
    )


def test_freeze_of_a_region_holds_there_only() -> None:
    freezes = [Freeze("Match", date(2026, 6, 1), date(2026, 6, 1), region="West")]
    at = utc("2026-06-01 12:00")
    frozen = open_at(calendar_of(BERLIN, "West", (), freezes), at)
    assert not frozen.is_open
    assert frozen.opens == utc("2026-06-01 22:00")
    assert "Frozen: Match (2026-06-01 to 2026-06-01)." in frozen.reason
    assert open_at(calendar_of(BERLIN, "East", (), freezes), at).is_open
    assert not open_at(calendar_of(BERLIN, "East", (), freezes, also="West"), at).is_open


def test_freeze_over_a_doubled_midnight_is_the_longer_reading() -> None:
    # Havana, 2026-11-01: 01:00 becomes 00:00, so that midnight is shown twice.
    freeze = Freeze("Day", date(2026, 10, 31), date(2026, 10, 31))
    assert freeze.span(zone_named("America/Havana")).length == timedelta(hours=25)


@pytest.mark.parametrize(
    ("freeze", "says"),
    [
        (lambda: Freeze("X", date(2026, 2, 1), date(2026, 1, 1)), "before it begins"),
        (lambda: Freeze("X", date(2026, 2, 1), date.max), "too far away"),
        (lambda: Freeze("X", date(2026, 2, 1), date(2026, 2, 1), zone="Nowhere"), "is no time zone"),
    ],
)
def test_what_is_no_freeze_is_refused(freeze: object, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        freeze()  # type: ignore[operator]


def test_fits_only_if_it_can_end_before_the_window_does() -> None:
    calendar = Calendar(LISBON, (NIGHT,))
    opens = utc("2026-06-01 00:30")
    assert fits(calendar, opens, 2 * HOUR).is_open
    late = fits(calendar, opens + timedelta(minutes=1), 2 * HOUR)
    assert not late.is_open
    assert late.opens == utc("2026-06-02 00:30")
    assert "takes up to 2 h, and the window closes 2026-06-01 03:30 Europe/Lisbon (02:30 UTC), in 1 h 59 min" in (
        late.reason
    )


def test_window_shorter_than_the_work_never_fits() -> None:
    never = fits(Calendar(LISBON, (NIGHT,)), utc("2026-06-01 00:30"), timedelta(minutes=181))
    assert not never.is_open
    assert never.opens is None
    assert "no window within two years is as long" in never.reason


def test_longer_night_of_autumn_is_used_and_shorter_one_of_spring_is_not() -> None:
    calendar = Calendar(BERLIN, (NIGHT,))
    work = timedelta(hours=2, minutes=30)
    assert first_fit(calendar, utc("2026-06-01 00:00"), work) == utc("2026-10-24 23:30")
    assert first_fit(calendar, utc("2026-03-28 12:00"), 2 * HOUR) == utc("2026-03-29 23:30")


def test_freeze_ends_a_window_early() -> None:
    calendar = Calendar(BERLIN, (WindowRule("Late", EVERY_DAY, time(22), end=time(4)),), (
        Freeze("Fair", date(2026, 6, 2), date(2026, 6, 3)),
    ))  # fmt: skip
    at = utc("2026-06-01 20:00")
    assert fits(calendar, at, 2 * HOUR).is_open
    late = fits(calendar, at, 3 * HOUR)
    assert "freeze Fair begins 2026-06-02 00:00 Europe/Berlin" in late.reason
    assert late.opens == utc("2026-06-03 22:00")


def test_windows_that_touch_are_one() -> None:
    rules = (WindowRule("A", EVERY_DAY, time(22), end=time(0)), WindowRule("B", EVERY_DAY, time(0), end=time(3)))
    first = next(free_spans(Calendar(BERLIN, rules), utc("2026-06-01 12:00")))
    assert first.length == 5 * HOUR
    assert first.name == "A, B"


def test_windows_all_day_have_no_end() -> None:
    always = Calendar(BERLIN, (WindowRule("All day", EVERY_DAY, time(0), end=time(0)),))
    opening = fits(always, utc("2026-06-01 12:00"), timedelta(days=30))
    assert opening.is_open
    assert opening.until is None


def test_frozen_for_good_does_not_open() -> None:
    closed = open_at(
        Calendar(BERLIN, (NIGHT,), (Freeze("Shut", date(2026, 1, 1), date(2050, 1, 1)),)), utc("2026-06-01 00:00")
    )
    assert not closed.is_open
    assert closed.opens is None
    assert "does not open within two years" in closed.reason


FREEZES = st.builds(
    lambda first, days, zone: Freeze("F", first, first + timedelta(days=days), zone=zone),
    st.dates(date(2010, 1, 1), date(2034, 12, 31)),
    st.integers(0, 40),
    st.sampled_from(("", *ZONES)),
)
CALENDARS = st.builds(
    Calendar,
    st.sampled_from(ZONES).map(zone_named),
    st.lists(RULES, max_size=3).map(tuple),
    st.lists(FREEZES, max_size=3).map(tuple),
)
WORK = st.integers(1, 12 * 60).map(lambda minutes: timedelta(minutes=minutes))


@given(CALENDARS, MOMENTS)
@settings(max_examples=100, deadline=None)
def test_free_spans_are_apart_in_windows_and_never_frozen(calendar: Calendar, after: datetime) -> None:
    spans = list(islice(free_spans(calendar, after), 8))
    for earlier, later in pairwise(spans):
        assert earlier.closes < later.opens or any(
            freeze.span(calendar.zone).opens == earlier.closes for freeze in calendar.freezes
        )
    for span in spans:
        assert after <= span.opens < span.closes
        for freeze in calendar.freezes:
            frozen = freeze.span(calendar.zone)
            assert frozen.closes <= span.opens or frozen.opens >= span.closes


@given(CALENDARS, MOMENTS, WORK)
@settings(max_examples=100, deadline=None)
def test_work_that_fits_is_never_outside(calendar: Calendar, at: datetime, work: timedelta) -> None:
    verdict = fits(calendar, at, work)
    if verdict.is_open:
        for part in range(5):
            assert open_at(calendar, at + work * part / 5).is_open
    else:
        assert verdict.reason
        if verdict.opens is not None:
            assert fits(calendar, verdict.opens, work).is_open


@given(CALENDARS, MOMENTS, WORK, st.integers(1, 10_000))
@settings(max_examples=100, deadline=None)
def test_first_fit_is_the_first(calendar: Calendar, after: datetime, work: timedelta, minutes: int) -> None:
    start = first_fit(calendar, after, work)
    earlier = after + timedelta(minutes=minutes)
    if start is None or earlier < start:
        assert not fits(calendar, earlier, work).is_open


@given(
    MOMENTS, st.lists(st.tuples(st.integers(0, 6), st.integers(0, 1439), st.integers(1, 1439)), min_size=1, max_size=4)
)
@settings(max_examples=200, deadline=None)
def test_open_where_clocks_never_change_is_arithmetic(at: datetime, given_rules: list[tuple[int, int, int]]) -> None:
    """An oracle that shares nothing with the code: minutes of the week, at +05:30."""
    rules = tuple(
        WindowRule("W", frozenset({day}), time(start // 60, start % 60), duration=timedelta(minutes=length))
        for day, start, length in given_rules
    )
    local = at.replace(tzinfo=None) + timedelta(hours=5, minutes=30)
    minute = (local - datetime.fromisoformat("2026-06-01")).total_seconds() / 60 % 10080  # that day was a Monday
    wanted = any((minute - day * 1440 - start) % 10080 < length for day, start, length in given_rules)
    assert open_at(Calendar(zone_named("Asia/Kolkata"), rules), at.astimezone(UTC)).is_open == wanted
