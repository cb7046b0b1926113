"""The requests of one turn, sent one after the other: dcmanager takes writes one at a time.

Ten of them may take minutes. So brake and token are asked before each, and the lease begins anew with it: a brake that
is pulled waits for the one that is on its way, and no other follows.
"""

from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack

from django.db import transaction
from django.utils import timezone

from operations.choices import Outcome
from operations.engine import jobs
from operations.engine.campaign.orders import Order
from operations.engine.seen import Answer
from operations.models import BatchIntent
from sites.services.brake import BrakedError, demand_released, sending

NO_ANSWER = "Not sent: the request before it had no answer."
Told = tuple[Answer, int | None]  # the answer, and the number of a group or strategy that was created


def send_all(
    claim: jobs.Claim,
    regions: Collection[str],
    todo: Sequence[tuple[BatchIntent, Order]],
    send: Callable[[Order], Told],
) -> list[tuple[BatchIntent, Answer, int | None]]:
    """What each was answered; those after the first that could not be sent, or had no answer, are UNSENT.

    Raises StaleTokenError: somebody else drives the job now, and will look for the effects.
    """
    answers: list[tuple[BatchIntent, Answer, int | None]] = []
    why = ""
    for intent, order in todo:
        if why:
            answers.append((intent, Answer(Outcome.UNSENT, None, why), None))
            continue
        answer, number = _one(claim, regions, order, send)
        answers.append((intent, answer, number))
        if answer.outcome == Outcome.UNSENT:
            why = answer.detail
        elif answer.outcome == Outcome.UNKNOWN:
            why = NO_ANSWER
    return answers


def _one(claim: jobs.Claim, regions: Collection[str], order: Order, send: Callable[[Order], Told]) -> Told:
    with ExitStack() as stack:
        for region in sorted(regions):
            stack.enter_context(sending(region))
        try:
            _still_may(claim, regions)
        except BrakedError as braked:
            return Answer(Outcome.UNSENT, None, str(braked)), None
        return send(order)


def _still_may(claim: jobs.Claim, regions: Collection[str]) -> None:
    """Raises StaleTokenError, BrakedError."""
    with transaction.atomic():
        job = jobs.held(claim)
        for region in sorted(regions):
            demand_released(region)
        job.lease_until = timezone.now() + jobs.LEASE
        job.save(update_fields=["lease_until"])
