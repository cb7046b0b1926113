"""Asking for an operation on subclouds that are there: one function for HTML, REST and tasks alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from events.kinds import Kind as EventKind
from events.log import NewEvent, append
from operations.choices import Kind, OperationState, TargetState
from operations.kinds import BMC, KINDS, KindSpec
from operations.models import Job, Operation, Target
from operations.planning.phases import documents_of_verb
from operations.profiles import profile_of
from operations.services import run_secrets
from operations.services.facts import CLEARABLE, canonical_options, option_problems, target_facts
from operations.services.hashing import plan_hash
from operations.services.revisions import Correction, revise, slots_of
from operations.services.start import RefusedError as RefusedError  # offered here too: asking is where it is met
from operations.services.start import begin, close_if_hopeless
from operations.verdicts import refused
from sites.access import EVERYTHING, Scopes
from sites.models import Cloud
from sites.services.actors import Actor, audit, said

MOST_TARGETS = 5000
ANY_BOARD = (
    "Certificates of BMCs are not verified for this System Controller, as StarlingX's own remote install does not: "
    "whoever stands on the way could learn the password."
)


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked for. `secrets` by name; they show in no repr. `start`: begin at once with what may run.

    `documents`: in YAML by name, for kinds that take them; they go before those that dcmanager has stored, and their
    secrets are among `secrets`. `scopes`: of who asks; they bound where a subcloud may be moved to, and what messages
    name.
    """

    kind: str
    clouds: Sequence[int]
    options: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    reason: str = ""
    max_at_once: int = 10
    stop_after_failures: int | None = None
    start: bool = True
    scopes: Scopes = EVERYTHING
    documents: Mapping[str, str] = field(default_factory=dict)


def request_operation(ask: Ask, clouds: Sequence[Cloud], user: User, actor: Actor, now: datetime) -> Operation:
    """Makes the operation with a verdict for each cloud; `clouds` are those of `ask` that are in the user's scope.

    Each cloud that may not be acted on is a refused target with its reason. Raises RefusedError for what is wrong with
    the request as a whole. The caller has checked the user's permission (operations/services/permits.py).
    """
    spec = KINDS[ask.kind]
    options = _checked(ask, spec, clouds)
    with transaction.atomic():
        operation = _made(ask, spec, options, clouds, user, actor, now)
        facts = target_facts(spec, options, clouds)
        targets = [_target(operation, spec, ask, facts, cloud, at) for at, cloud in enumerate(clouds, 1)]
        Target.objects.bulk_create(targets, batch_size=1000)
        if ask.documents and targets[0].state == TargetState.READY:
            takes = documents_of_verb(spec.verb, clouds[0].deploy_status)
            revise(targets[0], Correction(documents=ask.documents), takes, actor, now, ask.scopes)
            targets[0].save(update_fields=["facts"])
        operation.plan_hash = plan_hash(operation, targets)
        operation.save(update_fields=["plan_hash"])
        run_secrets.keep(operation, ask.secrets, now)
        Job.objects.create(operation=operation, next_at=None)
        detail = {"kind": ask.kind, "clouds": [cloud.pk for cloud in clouds], "options": options, "reason": ask.reason}
        audit(actor, "operation.request", f"operation:{operation.pk}", now, detail)
        added = {"kind": operation.kind, "title": operation.title}
        subject = f"operation:{operation.pk}"
        append([NewEvent(EventKind.OPERATION_ADDED, subject, now, added, operation.controller_id)])
        if not close_if_hopeless(operation, targets, now) and ask.start:
            begin(operation, actor, now)
    return operation


def _checked(ask: Ask, spec: KindSpec, clouds: Sequence[Cloud]) -> dict[str, Any]:
    """The options, checked. Raises RefusedError."""
    problems: dict[str, str] = {}
    if not clouds:
        problems["clouds"] = "Choose at least one subcloud in your scope."
    if len(clouds) > MOST_TARGETS:
        problems["clouds"] = f"At most {MOST_TARGETS} subclouds at once: make several operations."
    if not 1 <= ask.max_at_once <= MOST_TARGETS:
        problems["max_at_once"] = f"Between 1 and {MOST_TARGETS}."
    for name in spec.needs(ask.options) if ask.start else ():  # a plan is asked for them when it is started
        if not ask.secrets.get(name):
            problems[name] = "Needed for this run. It is kept sealed and erased when the run is over."
    problems |= _document_problems(ask, spec, clouds) | _half_given(ask)
    for name in set(ask.options) - set(spec.options):
        problems[str(name)[:64]] = f"{spec.kind.label} takes no such option."
    kept = {name: value for name, value in ask.options.items() if value is not None}
    given = {name: value for name, value in kept.items() if value != "" or name in CLEARABLE}
    options = canonical_options(given)
    problems |= option_problems(spec, options, clouds, ask.scopes) if clouds else {}
    if problems:
        raise RefusedError(problems)
    return options


def _document_problems(ask: Ask, spec: KindSpec, clouds: Sequence[Cloud]) -> dict[str, str]:
    """What is wrong with documents and secrets as such; their contents are checked with the target."""
    if not ask.documents:
        return run_secrets.not_taken(spec, ask.secrets)
    wrong = dict.fromkeys(set(ask.documents) - set(spec.documents), f"{spec.kind.label} takes no such document.")
    if len(clouds) != 1:
        wrong["clouds"] = "Documents are those of one subcloud: ask for one at a time."
    wanted = [*slots_of(ask.documents), *((BMC,) if "install_values" in ask.documents else ())]
    places = {*wanted, *(name.rpartition("/")[2] for name in wanted)}
    given = {name for name, text in ask.secrets.items() if text}
    for name in wanted:
        if name not in given and name.rpartition("/")[2] not in given:
            wrong[name] = "A document has a blank for it: give it for this run."
    return wrong | run_secrets.not_taken(spec, set(ask.secrets) - places)


def _half_given(ask: Ask) -> dict[str, str]:
    """What goes with what was given: a BMC is told off with a name and a password."""
    problems = {}
    if _powers_off(ask):
        if not ask.options.get("bmc_username"):
            problems["bmc_username"] = "Needed with the password of the BMC."
        if not ask.secrets.get(BMC) and ask.start:
            problems[BMC] = "Needed with the user name of the BMC; leave both out to power it down by hand."
    return problems


def _powers_off(ask: Ask) -> bool:
    return ask.kind == Kind.DECOMMISSION and bool(ask.secrets.get(BMC) or ask.options.get("bmc_username"))


def _made(
    ask: Ask, spec: KindSpec, options: dict[str, Any], clouds: Sequence[Cloud], user: User, actor: Actor, now: datetime
) -> Operation:
    controllers = {cloud.controller_id for cloud in clouds}
    what = clouds[0].name if len(clouds) == 1 else f"{len(clouds)} subclouds"
    return Operation.objects.create(
        kind=ask.kind,
        title=f"{spec.kind.label}: {what}"[:200],
        reason=said(ask.reason, 500),
        state=OperationState.PLANNED,
        controller_id=controllers.pop() if len(controllers) == 1 else None,
        options=options,
        max_at_once=ask.max_at_once,
        stop_after_failures=ask.stop_after_failures,
        requester=user,
        requester_name=actor.name,
        source=actor.source[:60],
        created_at=now,
    )


def _target(operation: Operation, spec: KindSpec, ask: Ask, facts: dict[str, Any], cloud: Cloud, number: int) -> Target:
    why = refused(spec, facts, cloud)
    steps = [step for step in spec.steps if step != "power_off" or _powers_off(ask)]
    if cloud.management_state == "unmanaged":
        steps = [step for step in steps if step != "unmanage"] or steps
    unverified = "power_off" in steps and not cloud.controller.bmc_verify
    return Target(
        operation=operation, number=number, cloud=cloud, controller_id=cloud.controller_id, group_id=cloud.group_id,
        region=cloud.region, name=cloud.name, dcmanager_id=cloud.dcmanager_id, region_name=cloud.region_name,
        profile=profile_of(cloud.system_mode), steps=steps, facts=facts,
        deploy_status=cloud.deploy_status,
        state=TargetState.REFUSED if why else TargetState.READY,
        problems=[{"field": "", "message": why}] if why else [],
        warnings=[{"field": BMC, "message": ANY_BOARD}] if unverified else [],
    )  # fmt: skip
