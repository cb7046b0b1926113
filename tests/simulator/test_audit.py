"""Two strikes and endpoint states as pure functions of outages."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.dcmanager.audit import Passes, aggregate, availability, offline_spans

PASSES = Passes(phase=10.0, period=40.0)  # passes at ..., 10, 50, 90, 130, ...


@pytest.mark.parametrize(
    ("outages", "spans"),
    [
        ([(0.0, 45.0)], []),  # one pass failed: a strike, not offline
        ([(0.0, 60.0)], [(50.0, 90.0)]),
        ([(11.0, None)], [(90.0, math.inf)]),
        ([(11.0, 51.0), (89.0, 131.0)], [(90.0, 170.0)]),  # no good pass between the two outages
        ([(11.0, 51.0), (91.0, 131.0)], []),  # the pass at 90 was good: the strikes start anew
        ([(11.0, 200.0), (20.0, 60.0)], [(90.0, 210.0)]),  # one outage inside another
    ],
)
def test_offline_spans(outages: list[tuple[float, float | None]], spans: list[tuple[float, float]]) -> None:
    assert offline_spans(outages, PASSES) == spans


@given(st.lists(st.tuples(st.floats(0, 1e4), st.floats(0, 1e3)), max_size=6), st.floats(0, 2e4))
def test_same_as_counting_pass_by_pass(drawn: list[tuple[float, float]], now: float) -> None:
    outages = sorted((start, start + length) for start, length in drawn)
    strikes, online = 0, True
    for number in range(PASSES.first(0.0), PASSES.last(now) + 1):
        at = PASSES.time(number)
        strikes = strikes + 1 if any(start <= at < end for start, end in outages) else 0
        online = strikes < 2 and (online or strikes == 0)
    state = availability(outages, PASSES, now, born=-1.0)
    assert state.online == online
    assert state.since <= now < state.valid_until


@pytest.mark.parametrize(
    ("statuses", "shown"),
    [
        (["in-sync"] * 7, "in-sync"),
        (["unknown", "in-sync"], "out-of-sync"),
        (["in-sync", "unknown"], "out-of-sync"),
        (["unknown"] * 7, "unknown"),
    ],
)
def test_aggregate_is_odd(statuses: list[str], shown: str) -> None:
    assert aggregate(statuses) == shown
