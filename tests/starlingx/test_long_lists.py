"""Long lists are decoded row by row, to the same rows, and a cut one never passes for whole."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from starlingx import long_lists
from starlingx.errors import Unexpected
from starlingx.long_lists import rows_of

ROWS = [{"id": n, "name": f"cell-{n}", "text": 'é"]},{' * (n % 7), "inner": [{"a": [1, {}]}]} for n in range(400)]
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_lists, "PIECE", 37)


@pytest.mark.parametrize("indent", [None, 2])
def test_the_rows_are_the_same(indent: int | None) -> None:
    body = json.dumps({"subclouds": ROWS, "next": None}, indent=indent, ensure_ascii=False).encode()
    assert list(rows_of(body, "subclouds", short=0)) == ROWS


@given(st.lists(values, max_size=6))
def test_any_rows(rows: list[object]) -> None:
    body = json.dumps({"subclouds": rows}).encode()
    assert list(rows_of(body, "subclouds", short=0)) == rows


@pytest.mark.parametrize("number", [10, -123456789, 1.5, 1e-7])
@pytest.mark.parametrize("before", range(40))
def test_a_number_across_two_pieces_is_one_number(number: float, before: int) -> None:
    rows = ["x" * before, number, {}]
    assert list(rows_of(json.dumps({"subclouds": rows}).encode(), "subclouds", short=0)) == rows


@given(st.integers(min_value=0, max_value=200))
def test_a_list_that_is_cut_off_is_unexpected(length: int) -> None:
    body = json.dumps({"subclouds": ROWS[:3]}).encode()
    cut = body[: min(length, len(body) - 1)]
    with pytest.raises(Unexpected):
        list(rows_of(cut, "subclouds", short=0))


@given(st.binary(max_size=60))
def test_any_bytes_are_rows_or_unexpected(rest: bytes) -> None:
    for body in (rest, b'{"subclouds": [' + rest, b'{"subclouds": [{}]' + rest):
        try:
            list(rows_of(body, "subclouds", short=0))
        except Unexpected as caught:
            assert str(caught)  # noqa: PT017 - both ends are fine


def test_another_key_first_is_read_all_at_once() -> None:
    assert list(rows_of(b'{"count": 1, "subclouds": [1]}', "subclouds", short=0)) == [1]


def test_deep_nesting_is_unexpected() -> None:
    with pytest.raises(Unexpected):
        list(rows_of(b'{"subclouds": [' + b"[" * 200_000, "subclouds", short=0))
