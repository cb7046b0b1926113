"""The campaign that another follows, and what became of the sites there. Seven queries at most for any number of sites.

A site was done there when it was completed without new alarms (or those are excused), in that campaign or in one that
ran what it had left (retry, run the rest), and no rollback of whatever campaign came to it since, or is to come.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q

from operations.campaigns.chain import Ahead, SiteAhead, seen_ahead
from operations.campaigns.reasons import Reason
from operations.campaigns.rulebook import read_spec
from operations.campaigns.strategy import StrategySpec
from operations.choices import ENDED_OPERATIONS, ENDED_TARGETS, OperationState, TargetState
from operations.models import Campaign, Operation, Target
from operations.standings import Standing, standing
from sites.choices import Facet
from sites.models import FacetState

CAME_TO_ITS_END = (OperationState.COMPLETED, OperationState.FAILED_TEMP)
GENERATIONS = 20  # of retries of retries
HOW = {
    Standing.FAILED: "it failed", Standing.EXCUSED: "it failed", Standing.HELD_BACK: "it was held to the end",
    Standing.SKIPPED: "it was skipped", Standing.NOT_RUN: "it did not run", Standing.ON_HOLD: "it is on hold",
    Standing.DECISION: "it needs a decision", Standing.RUNNING: "it is being worked on",
    Standing.ALARMED: "it has new alarms",
}  # fmt: skip
NOT_YET, TO_ROLL_BACK = "it has not had its turn", "it is to be rolled back"
ROLLED_BACK = {TargetState.COMPLETED: "it was rolled back since", TargetState.FAILED: "a rollback failed since"}
NOT_OVER = (OperationState.PLANNED, OperationState.PROCESSING)


@dataclass(frozen=True, slots=True)
class Chain:
    """`sites`: by cloud, those that take part in the campaign ahead."""

    ahead: Ahead
    sites: Mapping[int, SiteAhead] = field(default_factory=dict)


def judged_after(linked: Chain | None, pk: int, reasons: tuple[Reason, ...], then: StrategySpec) -> tuple[Reason, ...]:
    """`reasons` against a cloud, as they are after the campaign ahead, where there is one."""
    if linked is None:
        return reasons
    return seen_ahead(reasons, linked.sites.get(pk), linked.ahead, then)


def ahead_of(campaign: Campaign) -> Ahead | None:
    """None where it follows no other. Two queries at most."""
    return None if campaign.after_number is None else ahead(campaign.after_number)


def ahead(number: int) -> Ahead:
    """That campaign as it is now. Two queries at most."""
    row = Campaign.objects.select_related("operation").filter(pk=number).first()
    if row is None:
        return Ahead(number=number)
    operation = row.operation
    over = operation.state in ENDED_OPERATIONS
    word = "halted" if row.stop_reason and not row.stopped_by else operation.get_state_display()
    if operation.state == OperationState.PLANNED:
        word = "not started yet"
    return Ahead(
        number=number, spec=read_spec(row.ask), over=over, came_through=came_through(operation, row), word=word,
        ended_at=operation.ended_at, expected_at=None if over else row.eta_p90,
    )  # fmt: skip


def came_through(operation: Operation, campaign: Campaign) -> bool:
    """Whether it came to its end by itself, within its limits, and did its work somewhere. One query at most."""
    if operation.state not in CAME_TO_ITS_END or campaign.stop_reason:
        return False
    done = operation.targets.filter(state=TargetState.COMPLETED)
    return operation.state == OperationState.COMPLETED or done.exists()


def chain(number: int | None, cloud_ids: Iterable[int]) -> Chain | None:
    """The campaign ahead with these sites; None where there is none."""
    if number is None:
        return None
    found = ahead(number)
    if found.spec is None:
        return Chain(found)
    ids = set(cloud_ids)
    return Chain(found, _sites(found, found.spec, ids))


def _sites(ahead: Ahead, spec: StrategySpec, ids: Collection[int]) -> dict[int, SiteAhead]:
    rows: Any = Target.objects.filter(operation__in=_family(ahead.number, spec), cloud__in=ids)
    columns = ("cloud", "operation", "word", "state", "ended_at")
    taking_part = {}
    done: dict[int, datetime | None] = {}
    for pk, operation, word, state, ended_at in (
        rows.annotate(word=standing()).order_by("operation").values_list(*columns)
    ):
        if operation == ahead.number and state != TargetState.REFUSED:
            taking_part[pk] = HOW.get(word, NOT_YET)
        if state == TargetState.COMPLETED:
            done.pop(pk, None)
            if word != Standing.ALARMED:
                done[pk] = ended_at
            elif pk in taking_part:
                taking_part[pk] = HOW[word]
    undone = _undone(done) if spec.deploys else {}
    read_at = _read_at(taking_part)
    return {
        pk: SiteAhead(
            "" if pk in done else how, done.get(pk), read_at.get((pk, Facet.SOFTWARE)),
            read_at.get((pk, Facet.KUBERNETES)), undone.get(pk, ""),
        )
        for pk, how in taking_part.items()
    }  # fmt: skip


def _undone(done: Mapping[int, datetime | None]) -> dict[int, str]:
    """{cloud: what a rollback did, or will do, to it since it was done}, by whatever campaign. One query."""
    ended = Q(state__in=ROLLED_BACK)
    to_come = Q(operation__state__in=NOT_OVER) & ~Q(state__in=ENDED_TARGETS)
    rows = Target.objects.filter(ended | to_come, operation__campaign__ask__rollback=True, cloud__in=list(done))
    found = {}
    for pk, state, ended_at in rows.order_by("operation").values_list("cloud", "state", "ended_at"):
        done_at = done[pk]
        if state not in ENDED_TARGETS:
            found[pk] = TO_ROLL_BACK
        elif done_at is None or ended_at is None or ended_at >= done_at:
            found[pk] = ROLLED_BACK[TargetState(state)]
    return found


def _family(number: int, spec: StrategySpec) -> set[int]:
    """That campaign, and those that ran what it had left. A query for each generation."""
    found, young = {number}, [number]
    for _ in range(GENERATIONS):
        rows = Campaign.objects.filter(parent__in=young).exclude(pk__in=found)
        young = [pk for pk, back in rows.values_list("pk", "ask__rollback") if bool(back) is spec.rollback]
        if not young:
            break
        found.update(young)
    return found


def _read_at(ids: Iterable[int]) -> dict[tuple[int, str], datetime | None]:
    rows = FacetState.objects.filter(cloud__in=list(ids), facet__in=(Facet.SOFTWARE, Facet.KUBERNETES))
    return {(pk, facet): at for pk, facet, at in rows.values_list("cloud_id", "facet", "observed_at")}
