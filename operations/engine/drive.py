"""One step of one target's job: look, decide, and either send once or write down what was seen."""

import asyncio
from dataclasses import replace
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from operations.choices import Outcome, TargetState
from operations.engine import commit, jobs, restarts
from operations.engine.bmc import Bmcs, bmcs_of, power_off
from operations.engine.decide import decide
from operations.engine.doors import QuietControllerError, ReadOnlyControllerError, door
from operations.engine.lacking import lacking
from operations.engine.look import LOOK_SECONDS, look
from operations.engine.outcomes import never_sent, outcome_of
from operations.engine.pace import backoff, pace
from operations.engine.request import Request, load, send
from operations.engine.seen import Answer, Ask, Decision, Fail, Seen, Send, Sent, View
from operations.engine.steps import WITHOUT_REQUEST
from operations.models import Intent, Job, PhaseSpan, Target
from sites.credentials import CannotUnsealError
from sites.models import Controller
from sites.services.brake import BrakedError, sending
from starlingx.dcmanager import DcManager
from starlingx.deploy_states import Kind, deploy_state
from starlingx.errors import ServerFailed, StarlingXError, Unauthorized, Unreachable
from starlingx.records import Subcloud


def step(claim: jobs.Claim, job: Job) -> None:
    """Ends in one commit, whatever happens. Raises StaleTokenError when somebody else drives the job now."""
    target = Target.objects.select_related("operation", "controller", "cloud").get(job=job)
    controller = target.controller
    if target.state != TargetState.RUNNING or controller is None:
        commit.park(claim)
        return
    now = timezone.now()
    view = view_of(target)
    try:
        bmcs = bmcs_of(controller, target) if view.step == "power_off" else None
        seen = asyncio.run(_look(controller, target, view, bmcs, now))
        if restarts.unexplained(view, seen):
            seen = replace(seen, restarted=_restarted(controller, target, view, seen))
        decision = decide(view, seen, now, pace())
        if isinstance(decision.action, Send):
            request = load(target, decision.action.verb, seen, bmcs)
            decision = replace(decision, action=Ask(why)) if (why := lacking(request)) else decision
        if isinstance(decision.action, Send):
            _request(claim, view, controller, target.region, decision, request, seen)
        else:
            commit.advance(claim, view, decision, seen, timezone.now())
    except (StarlingXError, CannotUnsealError, QuietControllerError) as problem:
        message = f"{controller.name} cannot be asked: {problem}"
        silent = isinstance(problem, (Unreachable, ServerFailed, QuietControllerError))
        commit.postpone(claim, message, timezone.now(), backoff(job.failures), failed=True, silent=silent)
    except ReadOnlyControllerError as refusal:
        commit.advance(
            claim, view, Decision(Fail(str(refusal), "read-only")), Seen(now, None, looked=False), timezone.now()
        )
    except BrakedError as braked:
        commit.postpone(claim, str(braked), timezone.now(), backoff(1), failed=False)


def view_of(target: Target) -> View:
    """The target at the step it is at, with the requests of this attempt."""
    name = target.steps[target.step]
    rows = target.intents.filter(attempt=target.attempt, step=name)
    return View(
        name, target.facts, _sent(rows), target.deploy_status, target.abort_requested, _earlier(target, name),
        _since(target, name),
    )  # fmt: skip


def _since(target: Target, step: str) -> datetime | None:
    """When a word that nobody knows was seen first; or since when the site is waited for."""
    unknown = target.deploy_status and deploy_state(target.deploy_status).kind is Kind.UNKNOWN
    if not unknown and step not in WITHOUT_REQUEST:
        return None
    spans = PhaseSpan.objects.filter(attempt__target=target, attempt__number=target.attempt, ended_at=None)
    return spans.filter(phase=target.deploy_status if unknown else step).values_list("began_at", flat=True).first()


def _earlier(target: Target, step: str) -> tuple[Sent, ...]:
    """A site that an earlier attempt asked for in vain may have come meanwhile, or during this attempt."""
    if step != "add" or target.attempt < 2 or target.started_at is None:
        return ()
    before = target.intents.filter(attempt__lt=target.attempt, verb="add")
    unseen = Q(outcome__in=(Outcome.LOST, Outcome.UNKNOWN, Outcome.PENDING))
    return _sent(before.filter(unseen | Q(outcome=Outcome.EFFECTIVE, settled_at__gte=target.started_at)))


def _sent(rows: QuerySet[Intent]) -> tuple[Sent, ...]:
    return tuple(
        Sent(
            row.verb,
            Outcome(row.outcome),
            row.created_at,
            row.before,
            row.detail,
            row.number,
            row.settled_at,
            never_sent(row.outcome, row.status),
        )
        for row in rows
    )


async def _look(controller: Controller, target: Target, view: View, bmcs: Bmcs | None, now: datetime) -> Seen:
    async with door(controller) as session:
        return await look(session, controller, target, view, bmcs, now)


def _restarted(controller: Controller, target: Target, view: View, seen: Seen) -> str:
    """What says that the controller restarted since the look before this one. Raises StarlingXError."""
    since = target.seen_at or (view.sent or view.earlier)[-1].at
    if (told := restarts.silence(controller.pk, since)) or seen.subcloud is None:
        return told
    return restarts.at_once(seen.subcloud, asyncio.run(_everybody(controller)))


async def _everybody(controller: Controller) -> list[Subcloud]:
    async with door(controller) as session:
        return await DcManager(session).subclouds(timeout=LOOK_SECONDS)


def _request(
    claim: jobs.Claim, view: View, controller: Controller, region: str, decision: Decision, request: Request, seen: Seen
) -> None:
    """The intent is committed before the first byte leaves; a brake that is pulled now waits for the answer."""
    with sending(region):
        intent = commit.write_intent(claim, view, decision, request.verb, seen, timezone.now())
        answer = asyncio.run(_send(controller, request))
    soon = pace().poll if answer.outcome != Outcome.UNSENT else backoff(2)
    commit.write_answer(claim, intent, answer, timezone.now(), soon)


async def _send(controller: Controller, request: Request) -> Answer:
    """What an answer, or its absence, means: a refusal is certain, what may have arrived is unknown."""
    try:
        if request.bmcs is not None:
            await power_off(controller, request.bmcs)
        else:
            async with door(controller) as session:
                await send(session, request)
    except StarlingXError as problem:
        wrong_password = request.bmcs is not None and isinstance(problem, Unauthorized)
        outcome = Outcome.REFUSED if wrong_password else outcome_of(problem)
        return Answer(outcome, problem.status, str(problem))
    except QuietControllerError as silence:
        return Answer(Outcome.UNSENT, None, str(silence))
    return Answer(Outcome.ACCEPTED)
