"""When a list of subclouds is believed at once, and when only the second time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.doubt import believable, kept

FLEETS = st.dictionaries(st.integers(1, 30), st.sampled_from("abc"))


def fleet(*numbers: int, region: str = "r") -> dict[int, str]:
    return {number: f"{region}{number}" for number in numbers}


TEN = fleet(*range(1, 11))


@pytest.mark.parametrize(
    ("known", "told", "expected"),
    [
        ({}, {}, True),
        ({}, TEN, True),
        (TEN, TEN, True),
        (TEN, TEN | fleet(11, 12), True),
        (TEN, fleet(1, 2, 3, 4, 5), True),  # half
        (TEN, fleet(1, 2, 3, 4), False),  # more than half
        (TEN, {}, False),
        (TEN, fleet(*range(1, 11), region="other"), False),  # the same ids, other subclouds
        (TEN, fleet(1, 2, 3, 4) | fleet(5, 6, 7, 8, 9, 10, region="other"), False),
        (fleet(1, 2, 3, 4), fleet(1), True),  # few
        (fleet(1, 2, 3, 4, 5), fleet(1), False),
        (fleet(1), {}, False),
        (fleet(1, 2, 3), fleet(1, 2, 3, region="other"), True),
    ],
)
def test_what_is_believed_at_once(known: dict[int, str], told: dict[int, str], expected: bool) -> None:
    assert believable(known, told, None) is expected


def test_the_second_equal_list_is_believed_and_another_is_not() -> None:
    assert believable(TEN, {}, {})
    assert believable(TEN, fleet(1), fleet(1))
    assert not believable(TEN, fleet(1), fleet(2))
    assert not believable(TEN, fleet(1), {})


@given(FLEETS, FLEETS, FLEETS)
def test_whoever_is_told_twice_gives_in(known: dict[int, str], told: dict[int, str], before: dict[int, str]) -> None:
    assert believable(known, told, told)
    if kept(known, told) == len(known):
        assert believable(known, told, before)
