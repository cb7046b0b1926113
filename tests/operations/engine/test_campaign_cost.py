"""What a turn of a campaign costs does not grow with its sites: statements are counted, and which rows are read.

What dcmanager shows is made here: the turns are those that the journeys drive over HTTP.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from operations.campaigns.batch import Look, Placed
from operations.choices import BatchState, OperationState, TargetState
from operations.engine import jobs
from operations.engine.campaign import conduct, drive
from operations.engine.campaign.targets import WHOLE_SECONDS
from operations.models import Attempt, Batch, Campaign, CampaignTarget, Job, Operation, PhaseSpan, Target
from sites.models import Cloud, Controller, FacetState
from starlingx.records import Strategy, StrategyStep
from tests.operations.engine.large import Large, begin_first, make_large, set_running

pytestmark = pytest.mark.django_db
SIZES = ((10, 2), (200, 40))  # sites, and how many are in a batch
MOST = {  # statements, for either size; a query more of what is judged may be added, one for each site may not
    "whole": 27, "begins": 85, "all start": 28, "nothing new": 21, "archives": 28, "waits for sites": 32,
    "sites are well": 32, "ends": 30, "aborted": 42,
}  # fmt: skip
Step = Callable[[jobs.Claim, Job], None]


class Turns:
    """Of one campaign; what its System Controllers show is `seen`."""

    def __init__(self, large: Large, monkeypatch: pytest.MonkeyPatch) -> None:
        self.large = large
        self.seen = Look(at=large.now, strategy=None)
        begin_first(large)

        async def look(*_: Any) -> Look:
            return replace(self.seen, at=timezone.now())

        monkeypatch.setattr(drive, "_look", look)
        Job.objects.filter(operation=large.operation).delete()

    @property
    def batch(self) -> Batch:
        """The first one, at the first System Controller."""
        return Batch.objects.filter(wave__campaign=self.large.operation.pk).order_by("number")[0]

    def whole(self) -> int:
        """How many statements a turn of the job of the whole takes."""
        return self._turn(conduct.step, None)

    def drive(self) -> int:
        return self._turn(drive.step, self.large.world.controllers[0])

    def _turn(self, step: Step, controller: Controller | None) -> int:
        job, _ = Job.objects.get_or_create(operation=self.large.operation, controller=controller)
        now = timezone.now()
        Job.objects.update(next_at=None)
        Job.objects.filter(pk=job.pk).update(next_at=now - timedelta(seconds=1))
        (claim,) = jobs.claim(now, 1, each=1)
        with CaptureQueriesContext(connection) as captured:
            step(claim, job)
        return len(captured)

    def place(self) -> None:
        """Every subcloud is in its own group, and the slot is free."""
        rows = Target.objects.filter(operation=self.large.operation)
        placed = {row.dcmanager_id or 0: Placed(row.name, 1, row.region_name) for row in rows}
        self.seen = replace(self.seen, strategy=None, steps=(), subclouds=placed)

    def show(self, state: str, step: str, details: str = "") -> None:
        """The strategy in the slot, with a step for each site of the batch."""
        now = timezone.now()
        ended = now if step == "complete" else None
        names = self.batch.sites.values_list("target__name", flat=True)
        steps = [StrategyStep(n, name, "", step, details, now, ended, now, now) for n, name in enumerate(names)]
        strategy = Strategy(7, "sw-deploy", "parallel", len(steps), False, state, (), now, now)
        self.seen = replace(self.seen, strategy=strategy, steps=tuple(steps))


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int], Turns]:
    return lambda sites, each: Turns(make_large(sites, each), monkeypatch)


@pytest.mark.parametrize(("sites", "each"), SIZES)
def test_a_turn_of_the_whole(turns: Callable[[int, int], Turns], sites: int, each: int) -> None:
    it = turns(sites, each)
    it.whole()  # makes the jobs
    assert it.whole() <= MOST["whole"]
    Campaign.objects.update(eta_at=None)
    assert it.whole() <= MOST["whole"] + 8  # with the forecast


@pytest.mark.parametrize(("sites", "each"), SIZES)
def test_from_the_choice_of_sites_to_their_end(turns: Callable[[int, int], Turns], sites: int, each: int) -> None:
    it = turns(sites, each)
    it.place()
    counts = {"begins": it.drive()}
    assert it.batch.progress["roster"]
    set_running(it.large, it.batch, TargetState.WAITING)
    it.show("applying", "sw-deploying", "at 40 %")
    counts["all start"] = it.drive()
    assert Attempt.objects.count() == each
    counts["nothing new"] = it.drive()
    it.show("complete", "complete")
    counts["archives"] = it.drive()
    it.place()
    it.drive()
    counts["waits for sites"] = it.drive()
    FacetState.objects.update(observed_at=timezone.now() + 2 * WHOLE_SECONDS)
    Cloud.objects.update(endpoint_sync={"software": "in-sync"})
    counts["sites are well"] = it.drive()
    counts["ends"] = it.drive()
    assert it.batch.state == BatchState.COMPLETED, it.batch.message
    assert PhaseSpan.objects.filter(completed=True).count() == each
    assert {name: count for name, count in counts.items() if count > MOST[name]} == {}, counts


@pytest.mark.parametrize(("sites", "each"), SIZES)
def test_its_end(turns: Callable[[int, int], Turns], sites: int, each: int) -> None:
    it = turns(sites, each)
    Campaign.objects.update(stop_reason="Smoke in the hall", stopped_by="olga", stopped_at=it.large.now)
    Campaign.objects.update(eta_at=timezone.now())
    assert it.whole() <= MOST["aborted"]
    operation = Operation.objects.get()
    assert operation.state == OperationState.ABORTED
    assert f"{sites} not run" in operation.state_reason


def test_of_what_goes_on_elsewhere_nothing_is_read(turns: Callable[[int, int], Turns]) -> None:
    """A batch that runs is driven on by its own rows."""
    it = turns(40, 10)
    set_running(it.large, it.batch)
    it.show("applying", "sw-deploying")
    with CaptureQueriesContext(connection) as captured:
        it.drive()
    asked = [query["sql"] for query in captured.captured_queries if "operations_campaigntarget" in query["sql"]]
    assert asked
    assert all(f"({it.batch.pk})" in sql or f"= {it.batch.pk}" in sql or "UPDATE" in sql for sql in asked)
    assert CampaignTarget.objects.exclude(step_state="").count() == 10
