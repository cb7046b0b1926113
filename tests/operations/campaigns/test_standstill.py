"""A dead orchestrator at the System Controller: whoever waits for it is told, and what happens then is followed."""

from dataclasses import replace
from datetime import timedelta

from operations.campaigns import actions as a
from operations.campaigns.batch import End
from tests.operations.campaigns.engine_model import Batch, drive, turn
from tests.operations.campaigns.test_decide import FREE, after, before

MINUTE = timedelta(minutes=1)


def stands_still(it: Batch, minutes: int) -> list[type[a.Action]]:
    """What comes of each minute in which dcmanager does nothing."""
    working = it.dcmanager._work
    it.dcmanager._work = lambda running: None  # type: ignore[method-assign]
    told = []
    for _ in range(minutes):
        it.dcmanager.tick(MINUTE)
        told.append(type(turn(it, FREE)))
    it.dcmanager._work = working  # type: ignore[method-assign]
    return told


def test_a_strategy_that_stays_deleting_is_asked_about() -> None:
    it = before(a.DeleteStrategy)
    turn(it, FREE)
    told = stands_still(it, 40)
    assert told[:29] == [a.Wait] * 29
    assert set(told[31:]) == {a.AskPerson}
    assert "Nothing has changed at strategy 11, deleting, since 2026-11-26 01:" in it.asked
    list(drive(it))
    assert it.ends is not None
    assert {each.end for each in it.ends} == {End.DONE}


def test_steps_that_do_not_move_are_asked_about_and_watched() -> None:
    it = after(a.Apply)
    it.dcmanager.tick(timedelta(seconds=5))
    told = stands_still(it, 130)
    assert told[:118] == [a.Watch] * 118
    assert set(told[121:]) == {a.AskPerson}
    list(drive(it))
    assert it.ends is not None
    assert {each.end for each in it.ends} == {End.DONE}


def test_one_that_says_more_is_at_work() -> None:
    it = after(a.Apply)
    it.dcmanager.tick(timedelta(seconds=5))
    stands_still(it, 100)
    running = it.dcmanager.running
    assert running is not None
    name, step = min(running.steps.items())
    running.steps[name] = replace(step, details="at 40 %")
    assert set(stands_still(it, 100)) == {a.Watch}
