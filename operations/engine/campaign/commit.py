"""What a decision about a batch changes, in one transaction under the job's token, before anything is sent."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction

from events.log import append
from operations.campaigns import actions as a
from operations.campaigns.batch import Look, Memory
from operations.campaigns.own_steps import kept
from operations.campaigns.reading import read
from operations.choices import BatchState, Outcome
from operations.engine import jobs
from operations.engine.campaign import own_groups, targets
from operations.engine.campaign.book import OVER, Book
from operations.engine.campaign.events import batch_event, event_of_batch, told
from operations.engine.campaign.gatekeeping import may_go_on
from operations.engine.campaign.halting import CAMPAIGN, pause
from operations.engine.campaign.orders import Order
from operations.engine.campaign.records import stored
from operations.engine.campaign.said import STARTS, said_otherwise
from operations.engine.seen import Answer
from operations.models import ArchivedStep, Batch, BatchIntent, Operation
from sites.services.actors import Actor, audit
from sites.services.brake import demand_released
from starlingx.records import StrategyStep

SOON = timedelta(seconds=1)
MOST_FAILURES = 10  # looks in a row, some eight minutes, before a batch that has begun asks for a person
ELSEWHERE = (
    "Somebody aborted strategy {number} of this campaign at {controller} itself, not from here: it is paused."
    " Resume it, or end it."
)
SAID = ("confirmed_id", "disowned_id", "forgiven")  # columns that people write, and nobody else
ONE_AT_A_TIME = "target_one_at_a_time"  # of operations/models/targets.py
BEGINNING = 0x6465  # advisory lock of batches that begin
OURS = [
    "progress",
    "seen_at",
    "strategy_id",
    "strategy_state",
    "last_steps",
    "message",
    "state",
    "started_at",
    "ended_at",
]


class NotNowError(Exception):
    """What was decided does not hold any more: somebody else began something meanwhile. Decide again."""


def write(
    claim: jobs.Claim,
    book: Book,
    batch: Batch,
    told_now: tuple[a.Decision, Look],
    orders: Sequence[Order],
    known: int,
    now: datetime,
) -> list[BatchIntent]:
    """Everything but the sending; returns the intents, in the order of `orders`. `known`: how many there were before.

    Raises StaleTokenError, BrakedError, and NotNowError where a batch must not begin after all.
    """
    try:
        return _write(claim, book, batch, told_now, orders, known, now)
    except IntegrityError as problem:
        if getattr(getattr(problem.__cause__, "diag", None), "constraint_name", "") != ONE_AT_A_TIME:
            raise  # a fault of ours, which must be told of as one
        raise NotNowError from None  # another operation began to work on one of the sites


def _write(
    claim: jobs.Claim,
    book: Book,
    batch: Batch,
    told_now: tuple[a.Decision, Look],
    orders: Sequence[Order],
    known: int,
    now: datetime,
) -> list[BatchIntent]:
    decision, look = told_now
    with transaction.atomic():
        if isinstance(decision.action, a.Begin):
            _one_after_the_other()  # before any row: who waits here holds nothing, and no reader of events up
        job = jobs.held(claim)
        if batch.intents.count() != known:
            raise jobs.StaleTokenError  # the same task ran beside this one, and was quicker
        if Batch.objects.values_list(*SAID).get(pk=batch.pk) != tuple(getattr(batch, name) for name in SAID):
            raise NotNowError  # decided without what a person has said since: the look upstream may take a minute
        action = decision.action
        if isinstance(action, (*STARTS, a.Finish)):
            Operation.objects.select_for_update().get(pk=book.operation.pk)  # one campaign's batches begin in turn
        if isinstance(action, STARTS) and (said_otherwise(book, batch, now) or not may_go_on(book, batch, action, now)):
            raise NotNowError
        if _was_closed(batch):  # after the row of the operation: the whole locks them in that order
            raise NotNowError
        if orders:
            for region in sorted(book.regions(batch.number)):
                demand_released(region)
        before = told(batch)
        _heed_abort(book, batch, decision.memory, now)
        own_groups.keep(book, batch, decision.memory, look, now)
        for number, outcome in decision.settled:
            BatchIntent.objects.filter(batch=batch, attempt=_attempt(batch), number=number).update(
                outcome=outcome.value, settled_at=now
            )
        if decision.memory.attempt != _attempt(batch):
            targets.give_back(book, batch, now)
        intents = _intents(batch, decision.memory, orders, now)
        _remember(batch, decision.memory, look, now)
        _apply(book, batch, action, decision.memory, look, now)
        batch.save(update_fields=OURS)
        _tell_homeless(book, action, now)
        if told(batch) != before:
            append([batch_event(book, batch, now)])
        if not orders:
            jobs.release(job, _next(action, now))
    return intents


def _heed_abort(book: Book, batch: Batch, memory: Memory, now: datetime) -> None:
    """Who aborts a strategy of ours at the System Controller itself wants it to stop: nothing further begins until
    somebody says so."""
    if not memory.aborted_elsewhere or batch.progress.get("aborted_elsewhere"):
        return
    operation = Operation.objects.select_for_update().get(pk=book.operation.pk)
    if not operation.held:
        book.operation.held = True
        pause(book, ELSEWHERE.format(number=memory.strategy_id, controller=batch.controller.name), now)


def _tell_homeless(book: Book, action: a.Action, now: datetime) -> None:
    """Their group was deleted while they were away: dcmanager allows that, as it was empty."""
    for member, group in action.moves if isinstance(action, a.Restore) else ():
        if group != member.home_group:
            pk, detail = book.sites[member.site].row.pk, {"name": member.name, "group": member.home_group}
            audit(Actor(CAMPAIGN, "engine"), "campaign.default_group", f"target:{pk}", now, detail)


def _one_after_the_other() -> None:
    """Of two campaigns whose batches begin at once the second sees what the first works on; until the caller's
    transaction is over."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [BEGINNING])


def write_answers(
    claim: jobs.Claim, answers: Sequence[tuple[BatchIntent, Answer, int | None]], now: datetime, again: timedelta
) -> None:
    """What the answers said. Raises StaleTokenError: whoever drives the job now looks for the effects."""
    with transaction.atomic():
        job = jobs.held(claim)
        for intent, answer, number in answers:
            BatchIntent.objects.filter(pk=intent.pk, outcome=Outcome.PENDING).update(
                outcome=answer.outcome, status=answer.status, detail=answer.detail[:500], answered_at=now,
                answered_id=number,
            )  # fmt: skip
        jobs.release(job, now + again)


def rest(claim: jobs.Claim, next_at: datetime | None) -> None:
    """Nothing is to be driven here now. Raises StaleTokenError."""
    with transaction.atomic():
        jobs.release(jobs.held(claim), next_at)


def postpone(
    claim: jobs.Claim, batch: Batch, message: str, now: datetime, again: timedelta, *, asks: bool = True
) -> None:
    """Nothing could be looked at or sent now. When that has been so for a while, and sites may be away from their
    groups, somebody should look after it. Raises StaleTokenError."""
    with transaction.atomic():
        job = jobs.held(claim)
        _say_why(batch, message, now, asks=asks and job.failures >= MOST_FAILURES)
        jobs.release(job, now + again, message, failed=True)


def _say_why(batch: Batch, message: str, now: datetime, *, asks: bool) -> None:
    if _was_closed(batch):
        return
    before, changed = told(batch), ["message"]
    batch.message = message[:500]
    if asks and batch.progress.get("roster"):
        batch.state, changed = BatchState.HELD, ["message", "state"]
    batch.save(update_fields=changed)
    if told(batch) != before:
        append([event_of_batch(batch.wave.campaign_id, batch, now)])


def _was_closed(batch: Batch) -> bool:
    """Whether the whole, which was stopped, has closed it since it was read: a look upstream may take a minute. Until
    the caller's transaction is over it is not, then. Only what has not begun is closed so."""
    if batch.progress.get("roster"):
        return False
    return Batch.objects.select_for_update(no_key=True).values_list("state", flat=True).get(pk=batch.pk) in OVER


def _attempt(batch: Batch) -> int:
    return int(batch.progress.get("attempt", 1))


def _intents(batch: Batch, memory: Memory, orders: Sequence[Order], now: datetime) -> list[BatchIntent]:
    """Numbers count through all attempts: they are unique for the batch."""
    first = batch.intents.count() + 1
    return [
        BatchIntent.objects.create(
            batch=batch, number=first + at, attempt=memory.attempt, verb=order.verb.value, subject=order.subject,
            meant=order.meant, created_at=now,
        )
        for at, order in enumerate(orders)
    ]  # fmt: skip


def _remember(batch: Batch, memory: Memory, look: Look, now: datetime) -> None:
    if memory.attempt != _attempt(batch):
        batch.last_steps = []
    batch.progress = stored(memory)
    batch.seen_at = look.at
    batch.strategy_id = memory.strategy_id
    mine = look.strategy if look.strategy is not None and look.strategy.id == memory.strategy_id else None
    if mine is not None:
        batch.strategy_state = mine.state[:32]
        earlier = (read(StrategyStep, step, "step") for step in batch.last_steps)
        batch.last_steps = stored(kept(memory, look.steps, earlier))


def _apply(book: Book, batch: Batch, action: a.Action, memory: Memory, look: Look, now: datetime) -> None:
    batch.message = (str(getattr(action, "message", "")) or own_groups.renamed(memory, look))[:500]
    batch.state = _state(action, memory)
    batch.started_at = batch.started_at or now
    mine = look.strategy is not None and look.strategy.id == memory.strategy_id
    if mine:
        targets.follow(book, batch, memory, look, now)
    match action:
        case a.Begin(roster):
            targets.begin(book, batch, roster, now)
            targets.go_without(book, memory.left_out, now)
        case a.Archive(steps):
            _archive(batch, steps, now)
        case a.PostCheck(sites, late):
            targets.check(book, sites, memory, now, late=late)
        case a.Finish(ends):
            targets.finish(book, batch, ends, now)
            batch.ended_at = now


def _archive(batch: Batch, steps: Sequence[Any], now: datetime) -> None:
    ArchivedStep.objects.bulk_create(
        [
            ArchivedStep(
                batch=batch, step_id=step.id, cloud_name=step.cloud, stage=step.stage[:32], state=step.state[:64],
                details=step.details[:1000], started_at=step.started_at, finished_at=step.finished_at, archived_at=now,
            )
            for step in steps
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def _state(action: a.Action, memory: Memory) -> BatchState:
    match action:
        case a.Finish(ends):
            bad = any(each.end == "failed" for each in ends)
            ran = any(each.end in ("done", "failed") for each in ends)
            return BatchState.FAILED if bad else BatchState.COMPLETED if ran else BatchState.CANCELLED
        case a.AskPerson():
            return BatchState.HELD
        case a.Restore() | a.DeleteGroup() if memory.applied or memory.unwinding:
            return BatchState.RESTORING
        case a.Abort():
            return BatchState.STOPPING
        case a.Wait() if not memory.roster:
            return BatchState.WAITING
    return BatchState.RUNNING


def _next(action: a.Action, now: datetime) -> datetime | None:
    """When to look again; an action without a time of its own is followed by the next one soon."""
    if isinstance(action, a.Finish):
        return now
    after: timedelta = getattr(action, "after", SOON)
    return now + max(after, SOON)
