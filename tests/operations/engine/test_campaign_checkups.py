"""Sites are asked for their health a day, an hour, and right before the work; only a fresh answer counts then."""

from datetime import timedelta

import pytest

from operations.campaigns.batch import Memory
from operations.campaigns.calendars import Opening
from operations.campaigns.patience import FACTS
from operations.engine.campaign.book import open_book
from operations.engine.campaign.checkups import LAST, check_up, gates_now, is_near
from operations.engine.campaign.controls import controls_of
from operations.models import Operation
from operations.services.campaigns import preview
from sites.choices import Facet
from sites.models import FacetState, Hint
from sites.services.clouds import ask_for_health
from tests.operations.services.campaigning import Crew
from tests.operations.services.conftest import crew

__all__ = ["crew"]
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def asked() -> set[int]:
    return set(Hint.objects.filter(reason="health").values_list("cloud_id", flat=True))


def answered(crew: Crew, age: timedelta) -> None:
    FacetState.objects.filter(facet=Facet.HEALTH_QUERY).update(observed_at=crew.now - age)


@pytest.mark.parametrize(
    ("opens", "room", "age", "wanted"),
    [
        (30 * HOUR, "", 100 * HOUR, False), (23 * HOUR, "", 23 * HOUR, False), (23 * HOUR, "", 25 * HOUR, True),
        (50 * MINUTE, "", 50 * MINUTE, False), (50 * MINUTE, "", 2 * HOUR, True),
        (None, "", 5 * MINUTE, False), (None, "", 12 * MINUTE, True),
        (None, "no room", 50 * MINUTE, False), (None, "no room", 2 * HOUR, True),
    ],
)  # fmt: skip
def test_how_young_an_answer_must_be(
    opens: timedelta | None, room: str, age: timedelta, wanted: bool, crew: Crew
) -> None:
    book = open_book(crew.running().pk)
    answered(crew, age)
    opening = Opening(True) if opens is None else Opening(False, opens=crew.now + opens)
    check_up(book.sites, book.rules.gates, opening, room, crew.now)
    assert asked() == (set(book.sites) if wanted else set())


def test_an_old_answer_is_waited_for_right_before_the_work(crew: Crew) -> None:
    operation: Operation = crew.running()
    answered(crew, LAST + MINUTE)
    book = open_book(operation.pk)
    batch = book.batches[min(book.batches)]
    told = controls_of(book, batch, Memory(), "", crew.now)
    assert all("asked for its health 16 min ago" in sentence for sentence in told.held.values())
    assert set(told.patience.values()) == {FACTS}
    assert asked() == set(book.members[batch.number])
    answered(crew, MINUTE)
    assert not controls_of(book, batch, Memory(), "", crew.now).held


def test_while_it_waits_for_room_a_day_is_young_enough(crew: Crew) -> None:
    book = open_book(crew.running().pk)
    assert gates_now(book.rules.gates, Opening(True), "no room") == book.rules.gates
    assert gates_now(book.rules.gates, Opening(False), "") == book.rules.gates
    assert [is_near(each, "", crew.now) for each in (
        Opening(True), Opening(False, opens=crew.now + HOUR), Opening(False, opens=crew.now + 2 * HOUR), Opening(False),
    )] == [True, True, False, False]  # fmt: skip


def test_a_preview_asks_who_has_not_answered_and_canaries_stay_the_same(crew: Crew) -> None:
    rules = {"canaries": {"each": 1}}
    before = preview(crew.ask(rules=rules), crew.now)
    assert asked() == set()
    FacetState.objects.filter(facet=Facet.HEALTH_QUERY).delete()
    unasked = preview(crew.ask(rules=rules), crew.now)
    assert asked() == {cloud.pk for cloud in crew.world.clouds}
    assert unasked.hash == before.hash
    assert {reason.key for each in unasked.judged for reason in each.reasons} == {"health-unknown"}


def test_nobody_is_asked_again_at_once(crew: Crew) -> None:
    pk = crew.world.clouds[0].pk
    for seconds, at in ((0, 0), (60, 0), (130, 130)):
        ask_for_health([pk], crew.now + timedelta(seconds=seconds))
        (hint,) = Hint.objects.filter(reason="health")
        assert hint.at == crew.now + timedelta(seconds=at)
