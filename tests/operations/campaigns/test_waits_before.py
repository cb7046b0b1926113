"""What comes before the verdict on a batch's sites: the brake, a pause, the slot, limits, windows; then fresh facts."""

from datetime import timedelta
from typing import Any

import pytest

from operations.campaigns import actions as a
from operations.campaigns.batch import Controls, End, SiteEnd
from operations.campaigns.calendars import Opening
from tests.operations.campaigns.dcmanager_model import START
from tests.operations.campaigns.engine_model import SPEC, turn
from tests.operations.campaigns.test_decide import batch, before, does, waits

CLOSED = Opening(False, opens=START + timedelta(hours=8), reason="Outside its windows.")
ALARMS = dict.fromkeys((1, 2, 3), "Alarm 400.001 stands.")


@pytest.mark.parametrize(
    ("controls", "key"),
    [
        ({"paused": "Paused by Ann."}, "paused"),
        ({"brake": "The brake is on."}, "brake"),
        ({"room": "40 sites are worked on elsewhere."}, "room"),
        ({"opening": CLOSED}, "window"),
    ],
)
def test_no_verdict_on_sites_that_could_not_begin_now_anyway(controls: dict[str, Any], key: str) -> None:
    """An alarm at noon may be gone by the night."""
    assert waits(batch(), Controls(held=ALARMS, **controls)) == key


def test_no_verdict_on_sites_while_another_strategy_is_in_the_slot() -> None:
    it = batch()
    it.dcmanager.create_strategy(SPEC, owner="them")
    assert waits(it, Controls(held=ALARMS)) == "foreign"


def test_when_it_could_begin_and_every_site_is_held_it_is_over() -> None:
    action = does(batch(), Controls(held=ALARMS))
    assert isinstance(action, a.Finish)
    assert action.ends == tuple(SiteEnd(n, End.HELD, "Alarm 400.001 stands.") for n in (1, 2, 3))


def test_a_batch_whose_sites_were_all_skipped_is_over_at_once() -> None:
    action = does(batch(), Controls(skipped=frozenset({1, 2, 3}), opening=CLOSED, paused="Paused by Ann."))
    assert isinstance(action, a.Finish)
    assert {each.end for each in action.ends} == {End.SKIPPED}


BRIEF = timedelta(minutes=5)
STALE = "What is known of it is 4 min old: wait for a fresh look."


def awaited(*sites: int, span: timedelta = BRIEF, **controls: Any) -> Controls:
    return Controls(held=dict.fromkeys(sites, STALE), patience=dict.fromkeys(sites, span), **controls)


def test_fresh_facts_are_waited_for_though_nothing_is_known_of_any_site() -> None:
    it = batch()
    action = turn(it, awaited(1, 2, 3))
    assert isinstance(action, a.Wait)
    assert (action.key, action.message) == ("facts", f"Waits for cell-1, cell-2, cell-3: {STALE}")
    it.dcmanager.tick(BRIEF - timedelta(seconds=30))
    assert waits(it, awaited(1, 2, 3)) == "facts"
    begin = does(it)
    assert isinstance(begin, a.Begin)
    assert len(begin.roster) == 3


def test_not_for_ever() -> None:
    it = batch()
    turn(it, awaited(2))
    it.dcmanager.tick(BRIEF)
    begin = does(it, awaited(2))
    assert isinstance(begin, a.Begin)
    assert [member.site for member in begin.roster] == [1, 3]


@pytest.mark.parametrize(
    "controls", [{"opening": CLOSED}, {"paused": "Paused by Ann."}, {"room": "Others work."}, {"brake": "It is on."}]
)
def test_patience_counts_from_when_it_could_begin_otherwise(controls: dict[str, Any]) -> None:
    """A batch that waited eight hours for its window has not used any up; nor has one that was held up meanwhile."""
    it = batch()
    turn(it, awaited(1))
    turn(it, awaited(1, **controls))
    it.dcmanager.tick(timedelta(hours=8))
    turn(it, awaited(1, **controls))
    turn(it, awaited(1))
    it.dcmanager.tick(BRIEF - timedelta(seconds=30))
    assert waits(it, awaited(1)) == "facts"


def test_of_a_system_controller_that_tells_nothing_no_site_is_left_out() -> None:
    it = batch()
    turn(it, awaited(1, 2, 3, span=timedelta.max))
    it.dcmanager.tick(timedelta(days=3))
    assert waits(it, awaited(1, 2, 3, span=timedelta.max)) == "facts"


def test_facts_that_grow_old_during_an_attempt_are_waited_for_anew() -> None:
    it = before(a.CreateStrategy, batch())
    for _ in range(20):
        if not it.memory.roster:
            break
        turn(it, awaited(2))
        it.dcmanager.tick(timedelta(seconds=15))
    assert waits(it, awaited(2)) == "facts"
    assert it.memory.troubles == 0
