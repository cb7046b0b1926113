"""What comes before the verdict on a batch's sites: the brake, a pause, the slot, limits, windows; then fresh facts."""

from datetime import timedelta
from typing import Any

import pytest

from operations.campaigns import actions as a
from operations.campaigns.batch import Controls, End, SiteEnd
from operations.campaigns.calendars import Opening
from tests.operations.campaigns.dcmanager_model import START
from tests.operations.campaigns.engine_model import SPEC
from tests.operations.campaigns.test_decide import batch, does, waits

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
