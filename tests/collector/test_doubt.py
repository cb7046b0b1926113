"""When a list of subclouds is believed at once, and when only the second time."""

from collections.abc import Collection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.doubt import believable, missing

FLEETS = st.dictionaries(st.integers(1, 30), st.sampled_from("abc"))
NUMBERS = st.sets(st.integers(1, 30))


def fleet(*numbers: int, region: str = "r") -> dict[int, str]:
    return {number: f"{region}{number}" for number in numbers}


TEN = fleet(*range(1, 11))


@pytest.mark.parametrize(
    ("known", "told", "removable", "expected"),
    [
        ({}, {}, (), True),
        ({}, TEN, (), True),
        (TEN, TEN, (), True),
        (TEN, TEN | fleet(11, 12), (), True),
        (TEN, fleet(*range(2, 11)), (), False),  # a managed one went
        (TEN, fleet(*range(2, 11)), {1}, True),  # dcmanager may have removed it
        (TEN, fleet(*range(3, 11)), {1, 2, 3}, True),
        (TEN, fleet(*range(3, 11)), {1}, False),
        (TEN, fleet(*range(4, 11)), {1, 2, 3}, False),  # more than a few
        (TEN, {}, set(TEN), False),
        (fleet(1), {}, {1}, False),  # nothing at all is told
        (TEN, fleet(*range(1, 11), region="other"), (), False),  # the same ids, other subclouds
    ],
)
def test_what_is_believed_at_once(
    known: dict[int, str], told: dict[int, str], removable: Collection[int], expected: bool
) -> None:
    assert believable(missing(known, told), len(told), removable, None) is expected


def test_the_second_list_that_lacks_no_others_is_believed() -> None:
    lost = missing(TEN, fleet(*range(4, 11)))
    assert believable(lost, 7, (), lost)
    assert believable(missing(TEN, fleet(*range(3, 11), 99)), 9, (), lost), "some are back, one is new"
    assert not believable(missing(TEN, fleet(*range(5, 11))), 6, (), lost), "more are gone than before"
    assert not believable(missing(TEN, fleet(*range(1, 8))), 7, (), lost), "others are"


@given(FLEETS, FLEETS, NUMBERS)
def test_whoever_is_told_twice_gives_in(known: dict[int, str], told: dict[int, str], removable: set[int]) -> None:
    lost = missing(known, told)
    assert believable(lost, len(told), removable, lost)
    if not lost:
        assert believable(lost, len(told), removable, None)
