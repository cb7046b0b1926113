"""Positions come as free text; regions follow from them."""

import math

from hypothesis import given
from hypothesis import strategies as st

from sites.geo import Box, position, region_of

EUROPE = Box("Europe", 30, 34.5, -25.0, 72.0, 45.0)
CAMPUS = Box("Campus", 1, 48.0, 11.0, 49.0, 12.0)


def test_numbers_as_text_are_a_position() -> None:
    assert position("48.5", " 11.5 ") == (48.5, 11.5)


def test_half_a_position_or_one_off_the_globe_is_none() -> None:
    assert position("48.5", None) is None
    assert position("91", "0") is None
    assert position("nan", "0") is None
    assert position("48,5", "11,5") is None


@given(st.text() | st.floats() | st.none(), st.text() | st.floats() | st.none())
def test_whatever_comes_is_on_the_globe_or_nowhere(latitude: str | float | None, longitude: str | float | None) -> None:
    found = position(latitude, longitude)
    assert found is None or (abs(found[0]) <= 90 and abs(found[1]) <= 180 and not math.isnan(found[0]))


def test_where_boxes_overlap_the_lowest_order_wins() -> None:
    assert region_of((48.5, 11.5), [EUROPE, CAMPUS]) == "Campus"
    assert region_of((50.0, 11.5), [EUROPE, CAMPUS]) == "Europe"


def test_no_box_and_no_position_give_no_region() -> None:
    assert region_of((0.0, 0.0), [EUROPE]) == ""
    assert region_of(None, [EUROPE]) == ""
