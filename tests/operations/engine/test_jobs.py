"""Claiming jobs: one driver at a time, the lease, the fencing token, and a fair share for every controller."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from operations.engine import jobs
from operations.models import Campaign, Job, Operation, Target
from sites.models import Controller
from tests.sites.world import World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def make_jobs(controller: Controller, count: int, label: str) -> list[Job]:
    now = timezone.now()
    operation = Operation.objects.create(kind="manage", title=label, created_at=now, requester_name="x")
    targets = [
        Target.objects.create(operation=operation, number=n, name=f"{label}-{n}", controller=controller)
        for n in range(1, count + 1)
    ]
    return [Job.objects.create(operation=operation, target=target, next_at=now) for target in targets]


def test_a_job_is_claimed_once_until_its_lease_ends(world: World) -> None:
    (job,) = make_jobs(world.controllers[0], 1, "one")
    now = timezone.now()
    (first,) = jobs.claim(now, 10, 10)
    assert (first.job_id, first.token) == (job.pk, 1)
    assert jobs.claim(now, 10, 10) == []
    (second,) = jobs.claim(now + jobs.LEASE + timedelta(seconds=1), 10, 10)
    assert second.token == 2
    with transaction.atomic():
        assert jobs.held(second).pk == job.pk
        with pytest.raises(jobs.StaleTokenError):
            jobs.held(first)


def test_no_plan_of_the_database_claims_more_than_there_are_hands(world: World) -> None:
    """Nested loops run a subquery for each row."""
    make_jobs(world.controllers[0], 4, "some")
    with connection.cursor() as cursor:
        for kind in ("hashjoin", "mergejoin", "hashagg", "material", "sort"):
            cursor.execute(f"SET LOCAL enable_{kind} = off")
    now = timezone.now()
    assert [len(jobs.claim(now, 1, each=9)) for _ in range(5)] == [1, 1, 1, 1, 0]


def test_a_slow_controller_leaves_hands_for_the_others(world: World) -> None:
    slow, quick = world.controllers
    make_jobs(slow, 9, "slow")
    others = make_jobs(quick, 2, "quick")
    now = timezone.now()
    claimed = {claim.job_id for claim in jobs.claim(now, 8, each=4)}
    assert claimed >= {job.pk for job in others}
    assert len(claimed) == 6
    assert jobs.claim(now, 8, each=4) == []  # four of the slow one's are under way already


def test_what_is_not_due_is_left(world: World) -> None:
    (job,) = make_jobs(world.controllers[0], 1, "later")
    Job.objects.filter(pk=job.pk).update(next_at=timezone.now() + timedelta(minutes=1))
    assert jobs.claim(timezone.now(), 10, 10) == []


def test_a_clock_that_was_set_back_stops_nothing(world: World) -> None:
    """What its times were told by was an hour ahead: they say nothing."""
    waiting, driven, usual = make_jobs(world.controllers[0], 3, "back")
    now, ahead = timezone.now(), timezone.now() + timedelta(hours=1)
    Job.objects.filter(pk=waiting.pk).update(next_at=ahead)
    Job.objects.filter(pk=driven.pk).update(next_at=now, lease_until=ahead + jobs.LEASE)
    Job.objects.filter(pk=usual.pk).update(next_at=now + timedelta(seconds=60))
    assert {claim.job_id for claim in jobs.claim(now, 10, 10)} == {waiting.pk, driven.pk}
    assert jobs.claim(now, 10, 10) == []  # under leases of the clock as it is now


def test_what_another_clock_leased_counts_within_the_limit(world: World) -> None:
    """One that is a little ahead is no wrong one."""
    driven, other = make_jobs(world.controllers[0], 2, "ahead")
    now = timezone.now()
    Job.objects.filter(pk=driven.pk).update(lease_until=now + jobs.LEASE + timedelta(seconds=20))
    assert jobs.claim(now, 10, each=1) == []
    assert [claim.job_id for claim in jobs.claim(now, 10, each=2)] == [other.pk]


def test_a_campaign_may_wait_for_weeks(world: World) -> None:
    (job,) = make_jobs(world.controllers[0], 1, "campaign")
    now = timezone.now()
    begins = now + timedelta(days=20)
    Campaign.objects.create(operation_id=job.operation_id, not_before=begins)
    Job.objects.filter(pk=job.pk).update(target=None, next_at=begins)
    assert jobs.claim(now, 10, 10) == []
    Campaign.objects.update(not_before=now)
    assert [claim.job_id for claim in jobs.claim(now, 10, 10)] == [job.pk]
