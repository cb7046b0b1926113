"""Windows in local time, above all on the nights when clocks are changed. Times of changes are from the tz database."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operations.campaigns.site_time import moment, site_zone, zone_named
from operations.campaigns.windows import WindowRule, next_windows, window_on

EVERY_DAY = frozenset(range(7))
ZONES = (
    "Europe/Lisbon", "Europe/Berlin", "America/New_York", "America/St_Johns", "Asia/Kolkata", "Asia/Kathmandu",
    "Australia/Lord_Howe", "Pacific/Chatham", "Pacific/Apia", "Africa/Cairo", "America/Havana", "UTC",
)  # fmt: skip


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def span(rule: WindowRule, day: str, zone: str) -> tuple[datetime, datetime]:
    found = window_on(rule, date.fromisoformat(day), zone_named(zone))
    return found.opens, found.closes


NIGHT = WindowRule("Night", EVERY_DAY, time(1, 30), end=time(3, 30))
TWO_HOURS = WindowRule("Night", EVERY_DAY, time(1, 30), duration=timedelta(hours=2))


@pytest.mark.parametrize(
    ("rule", "day", "zone", "opens", "closes"),
    [
        # Berlin, 2026-03-29: 02:00 becomes 03:00. By its end the window is an hour shorter, by duration it is not.
        (NIGHT, "2026-03-29", "Europe/Berlin", "2026-03-29 00:30", "2026-03-29 01:30"),
        (TWO_HOURS, "2026-03-29", "Europe/Berlin", "2026-03-29 00:30", "2026-03-29 02:30"),
        # Berlin, 2026-10-25: 03:00 becomes 02:00.
        (NIGHT, "2026-10-25", "Europe/Berlin", "2026-10-24 23:30", "2026-10-25 02:30"),
        (TWO_HOURS, "2026-10-25", "Europe/Berlin", "2026-10-24 23:30", "2026-10-25 01:30"),
        # Lisbon, 2026-03-29: 01:00 becomes 02:00, so 01:30 does not exist: it opens at the jump.
        (NIGHT, "2026-03-29", "Europe/Lisbon", "2026-03-29 01:00", "2026-03-29 02:30"),
        (TWO_HOURS, "2026-03-29", "Europe/Lisbon", "2026-03-29 01:00", "2026-03-29 03:00"),
        # Lisbon, 2026-10-25: 02:00 becomes 01:00, so 01:30 is shown twice: it opens at the first.
        (NIGHT, "2026-10-25", "Europe/Lisbon", "2026-10-25 00:30", "2026-10-25 03:30"),
        (TWO_HOURS, "2026-10-25", "Europe/Lisbon", "2026-10-25 00:30", "2026-10-25 02:30"),
        # New York, 2026-11-01: 02:00 becomes 01:00. The date in UTC is a different one.
        (NIGHT, "2026-11-01", "America/New_York", "2026-11-01 05:30", "2026-11-01 08:30"),
        # Lord Howe changes by half an hour: 2026-04-05 02:00 becomes 01:30, 2026-10-04 02:00 becomes 02:30.
        (NIGHT, "2026-04-05", "Australia/Lord_Howe", "2026-04-04 14:30", "2026-04-04 17:00"),
        (NIGHT, "2026-10-04", "Australia/Lord_Howe", "2026-10-03 15:00", "2026-10-03 16:30"),
        # Zones with odd minutes
        (NIGHT, "2026-05-01", "Asia/Kolkata", "2026-04-30 20:00", "2026-04-30 22:00"),
        (NIGHT, "2026-05-01", "Asia/Kathmandu", "2026-04-30 19:45", "2026-04-30 21:45"),
    ],
)
def test_nights_of_changed_clocks(rule: WindowRule, day: str, zone: str, opens: str, closes: str) -> None:
    assert span(rule, day, zone) == (utc(opens), utc(closes))


def test_window_over_midnight_belongs_to_the_day_it_begins() -> None:
    rule = WindowRule("Late", frozenset({4}), time(23), end=time(2))  # Fridays
    first, second = next_windows(rule, zone_named("Europe/Berlin"), utc("2026-06-01 00:00"), 2)
    assert (first.opens, first.closes) == (utc("2026-06-05 21:00"), utc("2026-06-06 00:00"))
    assert (second.opens, second.closes) == (utc("2026-06-12 21:00"), utc("2026-06-13 00:00"))


def test_window_over_midnight_into_the_change_closes_at_the_first_of_two() -> None:
    rule = WindowRule("Late", EVERY_DAY, time(23), end=time(2, 30))
    assert span(rule, "2026-10-24", "Europe/Berlin") == (utc("2026-10-24 21:00"), utc("2026-10-25 00:30"))


def test_end_that_is_skipped_closes_at_the_jump() -> None:
    rule = WindowRule("Early", EVERY_DAY, time(0, 30), end=time(2, 30))
    assert span(rule, "2026-03-29", "Europe/Berlin") == (utc("2026-03-28 23:30"), utc("2026-03-29 01:00"))


def test_window_that_the_clocks_jump_over_does_not_happen() -> None:
    rule = WindowRule("Gap", EVERY_DAY, time(2, 10), end=time(2, 50))
    opened = [span.opens for span in next_windows(rule, zone_named("Europe/Berlin"), utc("2026-03-28 12:00"), 2)]
    assert opened == [utc("2026-03-30 00:10"), utc("2026-03-31 00:10")]


def test_day_that_a_country_left_out() -> None:
    rule = WindowRule("Noon", EVERY_DAY, time(12), end=time(14))
    days = [
        span.opens.astimezone(zone_named("Pacific/Apia")).date()
        for span in next_windows(rule, zone_named("Pacific/Apia"), utc("2011-12-28 00:00"), 4)
    ]
    assert days == [date(2011, 12, 28), date(2011, 12, 29), date(2011, 12, 31), date(2012, 1, 1)]


def test_notes_tell_what_the_change_does() -> None:
    zone = zone_named("Europe/Lisbon")
    assert window_on(NIGHT, date(2026, 3, 28), zone).note == ""
    assert "skipped" in window_on(NIGHT, date(2026, 3, 29), zone).note
    assert "twice" in window_on(NIGHT, date(2026, 10, 25), zone).note
    assert "60 min longer" in window_on(NIGHT, date(2026, 10, 25), zone).note
    assert "60 min shorter" in window_on(NIGHT, date(2026, 3, 29), zone_named("Europe/Berlin")).note


def test_the_open_window_counts_as_the_next_one() -> None:
    zone = zone_named("Europe/Berlin")
    opens = utc("2026-06-01 23:30")
    assert next_windows(NIGHT, zone, opens, 1)[0].opens == opens
    assert next_windows(NIGHT, zone, opens + timedelta(hours=2) - timedelta(seconds=1), 1)[0].opens == opens
    assert next_windows(NIGHT, zone, opens + timedelta(hours=2), 1)[0].opens == opens + timedelta(days=1)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"weekdays": frozenset()}, "weekdays"),
        ({"weekdays": frozenset({7})}, "weekdays"),
        ({"end": None}, "either its end or its duration"),
        ({"duration": timedelta(hours=1)}, "either its end or its duration"),
        ({"end": None, "duration": timedelta(0)}, "between a minute and seven days"),
        ({"end": None, "duration": timedelta(days=8)}, "between a minute and seven days"),
        ({"start": time(1, tzinfo=UTC)}, "no zone"),
    ],
)
def test_what_is_no_window_is_refused(change: dict[str, object], says: str) -> None:
    given = {"name": "Night", "weekdays": EVERY_DAY, "start": time(1), "end": time(2)} | change
    with pytest.raises(ValueError, match=says):
        WindowRule(**given)  # type: ignore[arg-type]


def test_site_without_zone_has_the_default_and_says_so() -> None:
    assert site_zone("Asia/Kolkata", "UTC").note == ""
    silent, odd = site_zone("", "Europe/Berlin"), site_zone("Mars/Olympus", "Europe/Berlin")
    assert silent.zone == odd.zone == zone_named("Europe/Berlin")
    assert "no time zone: Europe/Berlin is assumed" in silent.note
    assert "'Mars/Olympus' is not known: Europe/Berlin is assumed" in odd.note


@pytest.mark.parametrize("name", ["America", "../../etc/passwd", "/etc/localtime", "", "Europe/Nowhere", "a\0b", "é"])
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is no time zone"):
        zone_named(name)


TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
RULES = st.builds(
    WindowRule,
    st.just("Any"),
    st.frozensets(st.integers(0, 6), min_size=1),
    TIMES,
    TIMES,
) | st.builds(
    WindowRule,
    st.just("Any"),
    st.frozensets(st.integers(0, 6), min_size=1),
    TIMES,
    st.none(),
    st.integers(1, 7 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes)),
)
MOMENTS = st.datetimes(
    datetime.fromisoformat("2010-01-01"), datetime.fromisoformat("2034-12-31"), timezones=st.just(UTC)
)


@given(RULES, st.sampled_from(ZONES), MOMENTS)
@settings(max_examples=300, deadline=None)
def test_windows_come_in_order_and_where_the_wall_clock_says(rule: WindowRule, name: str, after: datetime) -> None:
    zone = zone_named(name)
    windows = next_windows(rule, zone, after, 6)
    assert len(windows) == 6
    for earlier, later in pairwise(windows):
        assert earlier.opens < later.opens
    for window in windows:
        assert window.closes > max(after, window.opens)
        local = window.opens.astimezone(zone)
        if not window.note:
            assert local.time() == rule.start
            assert local.weekday() in rule.weekdays
            if rule.end is not None:
                assert window.closes.astimezone(zone).time() == rule.end
                assert window.length <= timedelta(days=1)
        if rule.duration is not None:
            assert window.length == rule.duration


@given(st.sampled_from(ZONES), st.dates(date(2010, 1, 1), date(2034, 12, 31)), TIMES)
@settings(max_examples=300, deadline=None)
def test_a_wall_time_is_one_instant_or_says_why_not(name: str, day: date, at: time) -> None:
    zone, wall = zone_named(name), datetime.combine(day, at)
    first, last = moment(day, at, zone), moment(day, at, zone, last=True)
    shown = first.at.astimezone(zone).replace(tzinfo=None)
    if not first.note:
        assert shown == wall
        assert first == last
    elif "skipped" in first.note:
        before = (first.at - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None)
        assert before < wall < shown or shown == wall
        assert first.at == last.at
    else:
        assert shown == last.at.astimezone(zone).replace(tzinfo=None) == wall
        assert first.at < last.at
