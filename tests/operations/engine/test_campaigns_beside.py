"""Two campaigns at once: what one works on keeps the other's batch back, also where both begin in the same moment."""

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from operations.campaigns.actions import Begin, Decision
from operations.campaigns.batch import Look, Member, Memory
from operations.choices import BatchState, TargetState, WaveState
from operations.engine import jobs
from operations.engine.campaign import commit
from operations.engine.campaign.book import Book, open_book
from operations.engine.campaign.controls import controls_of
from operations.models import Batch, Job, Operation, Target, Wave
from operations.services.campaigns import create_campaign
from sites.models import Cloud, Neighbours
from tests.operations.campaign_facts.patchable import make_patchable
from tests.operations.services.campaigning import Crew, actor
from tests.sites.world import World, make_user, make_world

DEADLINE = 30.0


@pytest.fixture
def crew(db: Any) -> Crew:
    world = make_world()
    make_patchable(world)
    return Crew(world, make_user("planner", "Engineer", fleet=True), make_user("second", "Approver", fleet=True))


def campaign(crew: Crew, *numbers: int, **rules: Any) -> Operation:
    """Over the sites edge-N. It runs, its first wave was opened, and no batch has begun."""
    ask = crew.ask(clouds=[crew.world.clouds[n].pk for n in numbers], rules={"gates": {"prestaged": False}} | rules)
    operation = create_campaign(ask, crew.planner, actor(crew.planner), crew.now)
    Operation.objects.filter(pk=operation.pk).update(state="processing", started_at=crew.now)
    first_wave = Wave.objects.filter(campaign=operation.pk).order_by("number")[0]
    Wave.objects.filter(pk=first_wave.pk).update(state=WaveState.RUNNING, started_at=crew.now)
    return operation


def begin(book: Book, batch: Batch) -> None:
    """The engine has decided to begin it with all of its sites, and writes that. Raises NotNowError."""
    now = timezone.now()
    Job.objects.filter(operation=book.operation.pk).delete()
    job = Job.objects.create(operation=book.operation, controller=batch.controller, next_at=now - timedelta(seconds=1))
    claim = next(each for each in jobs.claim(now, 9, each=9) if each.job_id == job.pk)
    roster = tuple(Member(pk, book.sites[pk].dcmanager_id, book.sites[pk].name, 1) for pk in book.members[batch.number])
    decision = Decision(Begin(roster), (), Memory(roster=roster))
    commit.write(claim, book, batch, (decision, Look(at=now, strategy=None)), [], 0, now)


def first(operation: Operation) -> tuple[Book, Batch]:
    book = open_book(operation.pk)
    return book, book.batches[min(book.batches)]


def why_not(operation: Operation) -> str:
    """Why its first batch must not begin."""
    book, batch = first(operation)
    return book.course(timezone.now()).drive[batch.number]


@pytest.fixture
def neighbours(crew: Crew) -> World:
    """edge-0 at central-1 and edge-2 at central-2, both in Brazil, cover for each other."""
    Neighbours.objects.create(first=crew.world.clouds[0], second=crew.world.clouds[2])
    return crew.world


def test_a_neighbour_that_another_campaign_works_on_keeps_a_batch_back(crew: Crew, neighbours: World) -> None:
    one, other = campaign(crew, 0), campaign(crew, 2)
    assert why_not(other) == ""
    begin(*first(one))
    told = why_not(other)
    assert told == "edge-2 has neighbours that another operation works on at central-1."
    Target.objects.filter(operation=one).update(state=TargetState.COMPLETED)
    assert why_not(other) == ""


def test_so_does_other_work_at_a_neighbour(crew: Crew, neighbours: World) -> None:
    other = campaign(crew, 2)
    backup = Operation.objects.create(kind="backup", title="Backup", requester_name="ben", created_at=crew.now)
    Target.objects.create(operation=backup, number=1, cloud=neighbours.clouds[0], name="edge-0", state="running")
    assert "another operation works on" in why_not(other)


def test_a_region_is_everybodys(crew: Crew) -> None:
    one, other = campaign(crew, 0), campaign(crew, 2, limits={"per_region": 1})
    assert why_not(other) == ""
    begin(*first(one))
    assert why_not(other).startswith("With it 2 sites of Brazil would be worked on, 1 of them by other campaigns")


def test_that_was_decided_before_the_other_began_does_not_hold(crew: Crew, neighbours: World) -> None:
    one, other = campaign(crew, 0), campaign(crew, 2)
    decided = first(other)
    begin(*first(one))
    with pytest.raises(commit.NotNowError):
        begin(*decided)
    assert Batch.objects.get(pk=decided[1].pk).state == BatchState.PENDING


def test_no_two_campaigns_wait_for_each_other(crew: Crew, neighbours: World) -> None:
    """What has begun is driven on, whatever the other does; what waits holds nobody up."""
    one, other = campaign(crew, 0), campaign(crew, 2)
    begin(*first(one))
    assert why_not(other)
    assert why_not(one) == ""
    Target.objects.filter(operation=one).update(state=TargetState.READY)  # it was taken back
    assert why_not(other) == ""


def test_a_site_whose_neighbour_is_down_is_held_with_a_reason(crew: Crew, neighbours: World) -> None:
    operation = campaign(crew, 2)
    Cloud.objects.filter(name="edge-0").update(availability_status="offline")
    book, batch = first(operation)
    told = controls_of(book, batch, Memory(), "", crew.now)
    assert set(told.held) == set(told.patience) == {neighbours.clouds[2].pk}
    (sentence,) = told.held.values()
    assert sentence == "A neighbour of it at central-1 is down: nothing would take over while this one is worked on."


def test_a_plan_says_whose_neighbours_are_down(crew: Crew, neighbours: World) -> None:
    Cloud.objects.filter(name="edge-0").update(availability_status="offline")
    operation = campaign(crew, 2, 3)
    reasons = {row.name: row.in_campaign.reasons for row in Target.objects.filter(operation=operation)}
    assert ([each["key"] for each in reasons["edge-2"]], reasons["edge-3"]) == (["neighbour-down"], [])


@pytest.mark.django_db(transaction=True)
def test_of_two_that_begin_at_once_one_does(crew: Crew, neighbours: World) -> None:
    """The second stands at the lock until the first has committed; then it sees it."""
    one, other = campaign(crew, 0), campaign(crew, 2)
    decided, raised = first(other), []

    def second() -> None:
        try:
            begin(*decided)
        except commit.NotNowError as problem:
            raised.append(problem)
        finally:
            connections.close_all()

    thread = threading.Thread(target=second)
    with transaction.atomic():
        begin(*first(one))
        thread.start()
        until_one_waits(thread)
        assert not raised
    thread.join(DEADLINE)
    assert len(raised) == 1
    assert Target.objects.get(operation=other).state == TargetState.READY
    assert Target.objects.get(operation=one).state == TargetState.WAITING


def until_one_waits(thread: threading.Thread) -> None:
    """For the advisory lock."""
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline and thread.is_alive():
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            if cursor.fetchone()[0]:
                return
        thread.join(0.05)
    raise AssertionError("nobody waits for the other")
