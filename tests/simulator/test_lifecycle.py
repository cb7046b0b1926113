"""The life-cycle engine as a pure function: a plan, what troubles it, and where it is at any time."""

import math

from hypothesis import given
from hypothesis import strategies as st

from simulator.dcmanager.lifecycle import NO_ERRORS, Lane, Run, Step, Trouble, course, settle, standing

STEPS = (
    Step("pre-install", 10.0, "pre-install", "pre-install-failed"),
    Step("installing", 100.0, "install", "install-failed"),
    Step("install-complete", 1.0),
)
RUN = Run(1000.0, STEPS, "complete", "seed", queued=2.0)


def fails(since: float, until: float | None = None, phase: str = "install") -> Trouble:
    return Trouble(7, phase, since, until, "it broke")


def stuck(since: float, until: float | None = None) -> Trouble:
    return Trouble(8, "install", since, until, stuck=True)


def story(*troubles: Trouble) -> list[tuple[float, str | None]]:
    return [(mark.at, mark.status) for mark in course(RUN, troubles)]


def test_plain_run() -> None:
    assert story() == [
        (1002.0, "pre-install"),
        (1012.0, "installing"),
        (1112.0, "install-complete"),
        (1113.0, "complete"),
    ]
    lane = Lane("create-complete", 5.0, RUN)
    queued = standing(lane, (), 1001.0)  # the manager has not taken it up: the old value
    assert (queued.status, queued.since, queued.until, queued.error) == ("create-complete", 5.0, 1002.0, None)
    working = standing(lane, (), 1050.0)
    assert (working.status, working.until, working.error) == ("installing", 1112.0, (1002.0, NO_ERRORS))
    done = standing(lane, (), 5000.0)
    assert (done.status, done.since, done.until, done.underway) == ("complete", 1113.0, math.inf, False)


def test_failure_strikes_in_the_phase_and_ends_the_run() -> None:
    *_, last = course(RUN, [fails(0.0)])
    assert last.status == "install-failed"
    assert 1052.0 <= last.at < 1112.0
    assert (last.error, last.fault, last.over) == ("it broke", 7, True)


def test_fault_that_comes_late_strikes_at_once_and_one_that_went_does_not() -> None:
    assert story(fails(1110.0))[-1] == (1110.0, "install-failed")
    assert story(fails(1112.0))[-1] == (1113.0, "complete")
    assert story(fails(0.0, 1020.0))[-1] == (1113.0, "complete")
    assert story(fails(0.0, phase="bootstrap"))[-1] == (1113.0, "complete")


def test_stuck_phase_goes_on_when_the_fault_ends() -> None:
    assert story(stuck(1050.0))[-1] == (1012.0, "installing")
    assert story(stuck(1050.0, 1250.0))[-1] == (1313.0, "complete")
    assert story(stuck(1050.0, 1100.0), stuck(1060.0, 1150.0))[-1] == (1213.0, "complete")
    assert story(stuck(0.0, 1000.0))[-1] == (1113.0, "complete")


def test_settled_lane_forgets_the_run() -> None:
    lane = Lane("create-complete", 5.0, RUN)
    assert settle(lane, (), 1050.0).phase == "install"
    assert lane == Lane("installing", 1012.0)


@given(
    st.lists(
        st.builds(
            lambda since, length, is_stuck: Trouble(1, "install", since, since + length, "x", is_stuck),
            st.floats(900, 1300),
            st.floats(0.001, 200),
            st.booleans(),
        ),
        max_size=4,
    ),
    st.floats(1000, 2000),
)
def test_later_troubles_never_change_the_past(troubles: list[Trouble], at: float) -> None:
    lane = Lane("create-complete", 5.0, RUN)
    known = [trouble for trouble in troubles if trouble.since <= at]
    before = standing(lane, known, at)
    after = standing(lane, troubles, at)
    assert (before.status, before.since, before.error) == (after.status, after.since, after.error)
    times = [mark.at for mark in course(RUN, troubles)]
    assert times == sorted(times)
