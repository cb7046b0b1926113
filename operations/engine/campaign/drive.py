"""One step of the job of a campaign at one System Controller: its batch there, if one is to be driven now."""

import asyncio
from datetime import datetime

from django.utils import timezone

from operations.campaigns.actions import WRITES, Decision
from operations.campaigns.batch import Look, Memory, Verb
from operations.campaigns.conduct import BatchState as Stage
from operations.campaigns.decide import decide
from operations.campaigns.reading import UnreadableError
from operations.choices import OperationState, Outcome
from operations.engine import jobs
from operations.engine.campaign import commit
from operations.engine.campaign.backups import password_of
from operations.engine.campaign.book import Book, open_book
from operations.engine.campaign.controls import controls_of
from operations.engine.campaign.look import look
from operations.engine.campaign.missed import has_begun
from operations.engine.campaign.orders import Order, orders
from operations.engine.campaign.pace import pace
from operations.engine.campaign.records import label_of, memory_of, view_of
from operations.engine.campaign.series import Told, send_all
from operations.engine.doors import QuietControllerError, ReadOnlyControllerError, door
from operations.engine.outcomes import outcome_of
from operations.engine.pace import backoff
from operations.engine.seen import Answer
from operations.models import Batch, Job
from sites.credentials import CannotUnsealError
from sites.models import Controller
from sites.services.brake import BrakedError
from starlingx.dcmanager_writes import DcManagerWrites
from starlingx.errors import StarlingXError
from starlingx.session import CloudSession
from starlingx.strategies import Strategies

NOT_THERE = "Another strategy is in the slot, or none: nothing was sent."
CREATIONS = (Verb.CREATE_GROUP, Verb.CREATE)
ABOUT_THE_SLOT = (Verb.APPLY, Verb.ABORT, Verb.DELETE)  # these name no id: whatever is in the slot is hit


def step(claim: jobs.Claim, job: Job) -> None:
    """Ends in one commit, whatever happens. Raises StaleTokenError when somebody else drives the job now."""
    now = timezone.now()
    book = open_book(job.operation_id)
    if book.campaign.not_before is not None and book.campaign.not_before > now:
        commit.rest(claim, book.campaign.not_before)
        return
    if not has_begun(book):  # the whole has its turn first: it may be paused, because its start was missed
        commit.rest(claim, now + pace().poll)
        return
    batch, room = _batch_of(book, job.controller_id, now)
    if book.operation.state != OperationState.PROCESSING or batch is None:
        idle = book.operation.state != OperationState.PROCESSING
        commit.rest(claim, None if idle else now + pace().poll)
        return
    try:
        _turn(claim, book, batch, room, now, job.lease_until or now)
    except (StarlingXError, CannotUnsealError, QuietControllerError, ReadOnlyControllerError) as problem:
        message = f"{batch.controller.name} cannot be asked: {problem}"
        commit.postpone(claim, batch, message, timezone.now(), backoff(job.failures))
    except UnreadableError as problem:  # said, and tried again: perhaps a newer version of this program can
        message = f"What is remembered of this batch cannot be read: {problem}"
        commit.postpone(claim, batch, message, timezone.now(), backoff(job.failures))
    except BrakedError as braked:
        commit.postpone(claim, batch, str(braked), timezone.now(), pace().poll, asks=False)
    except commit.NotNowError:
        commit.rest(claim, timezone.now() + pace().poll)


def _batch_of(book: Book, controller_id: int | None, now: datetime) -> tuple[Batch | None, str]:
    """The batch to be driven at that System Controller now, and why it must not begin ("": it may). What has begun is
    driven on whatever there is beside it: of the rest of the campaign nothing need be read then."""
    own = sorted(number for number, batch in book.batches.items() if batch.controller_id == controller_id)
    begun = [number for number in own if book.statuses[number].state is Stage.BEGUN]
    drive = dict.fromkeys(begun, "") or book.course(now).drive
    for number in own:
        if number in drive:
            return book.whole(number), drive[number]
    return None, ""


def _turn(claim: jobs.Claim, book: Book, batch: Batch, room: str, now: datetime, until: datetime) -> None:
    memory, known = memory_of(batch), batch.intents.count()
    seen = asyncio.run(_look(batch.controller, label_of(book, batch), memory, now, until))
    view = view_of(book, batch, memory, controls_of(book, batch, memory, room, now))
    decision: Decision = decide(view, seen, now, pace())
    todo: list[Order] = []
    if isinstance(decision.action, WRITES):
        todo = orders(decision.action, book.rules.spec, password_of(book) if book.rules.spec.prestages else None)
    if not todo:
        commit.write(claim, book, batch, (decision, seen), [], known, timezone.now())
        return
    intents = commit.write(claim, book, batch, (decision, seen), todo, known, timezone.now())
    pairs = list(zip(intents, todo, strict=True))
    answers = send_all(
        claim, book.regions(batch.number), pairs, lambda order: asyncio.run(_send(batch.controller, order))
    )
    commit.write_answers(claim, answers, timezone.now(), commit.SOON)


async def _look(controller: Controller, label: str, memory: Memory, now: datetime, until: datetime) -> Look:
    async with door(controller) as session:
        return await look(session, label, memory, now, until)


async def _send(controller: Controller, order: Order) -> Told:
    try:
        async with door(controller) as session:
            return await _one(session, order)
    except (QuietControllerError, StarlingXError) as problem:
        return Answer(Outcome.UNSENT, None, str(problem)), None


async def _one(session: CloudSession, order: Order) -> Told:
    try:
        if order.verb in ABOUT_THE_SLOT:
            there = await Strategies(session).strategy()
            if there is None or there.id != order.meant:
                return Answer(Outcome.REFUSED, None, NOT_THERE), None
        told = await order.send(DcManagerWrites(session))
    except StarlingXError as problem:
        return Answer(outcome_of(problem), problem.status, str(problem)), None
    number = getattr(told, "id", None)
    return Answer(Outcome.ACCEPTED), number if isinstance(number, int) and order.verb in CREATIONS else None
