"""Timestamps, truths, numbers and texts in their many spellings."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from starlingx.rows import Row
from starlingx.timestamps import parse_http_date, parse_timestamp

MOMENT = datetime(2026, 11, 22, 6, 25, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-22 06:25:11.259508", MOMENT.replace(microsecond=259508)),
        ("2026-11-22T06:25:11.259508", MOMENT.replace(microsecond=259508)),
        ("2026-11-22T06:25:11", MOMENT),
        ("2026-11-22 06:25:11", MOMENT),
        ("2026-11-22T06:25:11Z", MOMENT),
        ("2026-11-22T06:25:11+00:00", MOMENT),
        ("2026-11-22T08:25:11.500000+02:00", MOMENT.replace(microsecond=500000)),
        (None, None),
        ("", None),
        ("None", None),
        ("not-a-date", None),
        ("2026-13-45T00:00:00", None),
        ("0001-01-01T00:00:00+14:00", None),
        (1763792711, None),
    ],
)
def test_timestamps(text: object, moment: datetime | None) -> None:
    assert parse_timestamp(text) == moment


def test_http_dates() -> None:
    assert parse_http_date("Sun, 22 Nov 2026 06:25:11 GMT") == MOMENT.timestamp()
    assert parse_http_date("yesterday") is None


@pytest.mark.parametrize(
    ("value", "flag"),
    [
        (True, True),
        ("True", True),
        ("true", True),
        ("Y", True),
        (1, True),
        ("major", True),
        (False, False),
        ("False", False),
        ("none", False),
        (0, False),
        (None, None),
        ("", None),
        ("perhaps", None),
        ([], None),
        (1.5, None),
    ],
)
def test_flags(value: object, flag: bool | None) -> None:
    assert Row({"key": value}, "row").flag("key") is flag


@pytest.mark.parametrize(
    ("value", "number"),
    [(5, 5), ("5", 5), (" -1 ", -1), (5.0, 5), (True, None), ("5x", None), ("٣", None), (2**31, None), (None, None)],
)
def test_numbers(value: object, number: int | None) -> None:
    assert Row({"key": value}, "row").number("key") == number


@pytest.mark.parametrize(
    ("value", "degrees"),
    [("52.5200", 52.52), (-90, -90.0), ("90.1", None), ("nan", None), ("inf", None), ("52,5", None), ("", None)],
)
def test_coordinates(value: object, degrees: float | None) -> None:
    assert Row({"key": value}, "row").degrees("key", 90) == degrees


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("Porto Alegre  2", "Porto Alegre  2"),
        ("Europe\u00a0nord", "Europe nord"),
        ("Sa\u200dlto", "Salto"),
        ("one\ttwo\nthree", "one two three"),
        ("\u200d", ""),
        ("n" * 300, "n" * 255),
        (None, ""),
        (["list"], ""),
    ],
)
def test_names(told: object, name: str) -> None:
    assert Row({"key": told}, "row").name("key") == name


def test_key_styles() -> None:
    row = Row({"software-version": "26.03", "group_id": 2, "region-name": "hex", "region_name": "name"}, "row")
    assert row.text("software_version") == "26.03"
    assert row.number("group-id") == 2
    assert (row.text("region-name"), row.text("region_name")) == ("hex", "name")


def test_lists_and_objects_inside() -> None:
    row = Row({"csv": "a, b,,c", "list": ["a", 1, " b "], "objects": [{"x": "1"}, 2], "not": "x", "zero": 0}, "row")
    assert row.texts("csv") == ("a", "b", "c")
    assert row.texts("list") == ("a", "b")
    assert [inner.text("x") for inner in row.inners("objects")] == ["1"]
    assert row.inner("not").text("x") == ""
    assert row.text("zero") == "0"
