"""A series of requests stops in the middle: for the brake, for another driver, and where nothing answers."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from operations.campaigns.batch import Verb
from operations.choices import Outcome
from operations.engine import jobs
from operations.engine.campaign.book import open_book
from operations.engine.campaign.orders import Order
from operations.engine.campaign.series import NO_ANSWER, send_all
from operations.engine.seen import Answer
from operations.models import Batch, BatchIntent, Job, Operation
from sites.models import Cloud, Region
from sites.services import brake
from sites.services.actors import Actor
from tests.operations.views.campaigns.made import make_campaign
from tests.sites.world import World, make_world

ANN = Actor("ann", "test")


@pytest.fixture
def world(db: Any) -> World:
    return make_world()


@pytest.fixture
def operation(world: World) -> Operation:
    return make_campaign(world)


def claimed(operation: Operation) -> jobs.Claim:
    Job.objects.all().delete()
    Job.objects.create(operation=operation, next_at=timezone.now() - timedelta(seconds=1))
    (claim,) = jobs.claim(timezone.now(), 1, each=1)
    return claim


def run(
    operation: Operation, then: Callable[[], object], answer: Outcome = Outcome.ACCEPTED
) -> tuple[list[tuple[str, str]], list[int | None]]:
    """Three moves, `then` after the first: (outcome and detail of each, subjects of those that were sent)."""
    batch = Batch.objects.filter(wave__campaign=operation.pk)[0]
    sent: list[int | None] = []

    def send(order: Order) -> tuple[Answer, None]:
        sent.append(order.subject)
        if len(sent) == 1:
            then()
        return Answer(answer), None

    todo = []
    for number in (1, 2, 3):
        intent = BatchIntent.objects.create(
            batch=batch, number=number, attempt=1, verb="move", subject=number, created_at=timezone.now()
        )
        todo.append((intent, Order(Verb.MOVE, lambda dcmanager: dcmanager.delete_group(0), number, 9)))
    told = send_all(claimed(operation), {"Europe", "Brazil"}, todo, send)
    return [(answer.outcome, answer.detail) for _, answer, _ in told], sent


def test_all_of_it_is_sent_where_nothing_is_in_the_way(operation: Operation) -> None:
    told, sent = run(operation, lambda: None)
    assert (told, sent) == ([(Outcome.ACCEPTED, "")] * 3, [1, 2, 3])


@pytest.mark.parametrize("region", ["", "Brazil"])
def test_a_brake_stops_it_after_the_request_that_is_on_its_way(region: str, operation: Operation) -> None:
    Region.objects.get_or_create(name="Brazil")
    told, sent = run(operation, lambda: brake.pull(region, "Smoke", ANN, timezone.now()))
    assert sent == [1]
    assert [outcome for outcome, _ in told] == [Outcome.ACCEPTED, Outcome.UNSENT, Outcome.UNSENT]
    assert all("Smoke" in detail for _, detail in told[1:])


def test_another_driver_stops_it(operation: Operation) -> None:
    taken: list[int] = []
    with pytest.raises(jobs.StaleTokenError):
        run(operation, lambda: taken.append(Job.objects.update(token=77)))
    assert taken == [1]  # after the first request, and none followed
    assert set(BatchIntent.objects.values_list("outcome", flat=True)) == {Outcome.PENDING}


def test_the_lease_holds_for_as_long_as_it_is_sending(operation: Operation) -> None:
    run(operation, lambda: Job.objects.update(lease_until=timezone.now()))
    until = Job.objects.get().lease_until
    assert until is not None
    assert until > timezone.now() + jobs.LEASE / 2


def test_after_a_request_without_an_answer_nothing_follows(operation: Operation) -> None:
    told, sent = run(operation, lambda: None, Outcome.UNKNOWN)
    assert (told, sent) == ([(Outcome.UNKNOWN, ""), (Outcome.UNSENT, NO_ANSWER), (Outcome.UNSENT, NO_ANSWER)], [1])


def test_whose_brakes_hold_is_told_by_where_a_site_lies_now(operation: Operation) -> None:
    first = open_book(operation.pk)
    number = next(number for number, members in first.members.items() if members)
    before = first.regions(number)
    Cloud.objects.filter(pk=first.members[number][0]).update(region="Atlantis")
    assert open_book(operation.pk).regions(number) == {*before, "Atlantis"}
