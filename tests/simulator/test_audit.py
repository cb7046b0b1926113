"""Two strikes and endpoint states as pure functions of outages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.dcmanager.audit import Passes, Watch, aggregate, availability

PASSES = Passes(phase=10.0, period=40.0)  # passes at ..., 10, 50, 90, 130, ...


@pytest.mark.parametrize(
    ("outages", "offline"),
    [
        ([(0.0, 45.0)], []),  # one pass failed: a strike, not offline
        ([(0.0, 60.0)], [(50.0, 90.0)]),
        ([(11.0, None)], [(90.0, 1e4)]),
        ([(11.0, 51.0), (89.0, 131.0)], [(90.0, 170.0)]),  # no good pass between the two outages
        ([(11.0, 51.0), (91.0, 131.0)], []),  # the pass at 90 was good: the strikes start anew
        ([(11.0, 200.0), (20.0, 60.0)], [(90.0, 210.0)]),  # one outage inside another
    ],
)
def test_two_strikes(outages: list[tuple[float, float | None]], offline: list[tuple[float, float]]) -> None:
    assert offline_spans(outages, []) == offline


def offline_spans(
    outages: list[tuple[float, float | None]], watched: list[tuple[float, Watch]], online: bool = True
) -> list[tuple[float, float]]:
    """Walks from change to change, as a caching reader does."""
    spans, at = [], 0.0
    while at < 1e4:
        state = availability(outages, PASSES, at, -1.0, watched, online)
        end = min(state.valid_until, 1e4)
        if not state.online:
            if spans and spans[-1][1] == at:
                spans[-1] = (spans[-1][0], end)
            else:
                spans.append((at, end))
        at = end
    return spans


@pytest.mark.parametrize(
    ("watched", "offline"),
    [
        ([(-1.0, "never")], []),  # what nobody audits stays as it was
        ([(-1.0, "always"), (55.0, "never"), (125.0, "always")], [(130.0, 210.0)]),  # one strike before, one after
        ([(-1.0, "always"), (95.0, "never")], [(90.0, 1e4)]),  # nobody sees it come back
        ([(-1.0, "while online")], [(90.0, 1e4)]),
        ([(-1.0, "while online"), (300.0, "always")], [(90.0, 330.0)]),
    ],
)
def test_audit_looks_in_some_states_only(
    watched: list[tuple[float, Watch]], offline: list[tuple[float, float]]
) -> None:
    assert offline_spans([(11.0, 200.0)], watched) == offline


def test_new_subcloud_is_offline_until_a_good_pass() -> None:
    assert offline_spans([(-1.0, 100.0)], [(-1.0, "never"), (100.0, "always")], online=False) == [(0.0, 130.0)]


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
