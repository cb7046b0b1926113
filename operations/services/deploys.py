"""From a sheet of sites and a template to verdicts, and from those to an operation with one target for each row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from events.kinds import Kind as EventKind
from events.log import NewEvent, append
from operations.choices import Kind, OperationState, TargetState
from operations.fleet_facts import fleet_plan
from operations.kinds import KINDS
from operations.models import DeployPlan, Job, Operation, Target
from operations.planning.preflight import Verdict, check, hash_of
from operations.planning.problems import Problem
from operations.planning.run_secrets import misfits
from operations.planning.sheets import Sheet, read_sheet
from operations.planning.templates import SiteTemplate, columns_for, read_template
from operations.services import run_secrets
from operations.services.hashing import plan_hash
from operations.services.own_checks import default_problems, judged
from operations.services.requests import RefusedError
from operations.services.site_targets import site_targets
from operations.services.start import close_if_hopeless
from sites.access import EVERYTHING, Scopes
from sites.models import Controller
from sites.services.actors import Actor, audit, said

MOST_SAID = 20
MOST_AT_ONCE = 5000
AT_ONCE = 1000  # rows of one INSERT
CHANGED = "What would be deployed is not what was looked at any more: look at it again."


@dataclass(frozen=True, slots=True)
class Template:
    """Three YAML texts, and the name of the stored template they came from ("" for none)."""

    bootstrap_values: str
    install_values: str = ""
    deploy_config: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class DeployAsk:
    """What is asked for. `sites`: CSV, YAML or JSON as uploaded. `defaults` stand for blank cells.

    `looked_at`: the hash of the plan that somebody has seen in a dry run, "" for none.

    `groups`: dcmanager ids of the groups the user may add to; None: all. `scopes`: which sites messages may name.
    `secrets` show in no repr.
    """

    controller: Controller
    template: Template
    sites: bytes = field(repr=False)
    filename: str = ""
    defaults: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    groups: frozenset[int] | None = None
    scopes: Scopes = EVERYTHING
    manage: bool = True
    reason: str = ""
    max_at_once: int = 10
    stop_after_failures: int | None = None
    start: bool = True
    looked_at: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """A verdict for each row; nothing was stored or sent."""

    template: SiteTemplate
    sheet: Sheet
    verdicts: Sequence[Verdict]
    plan_hash: str


def check_deploy(ask: DeployAsk) -> Checked:
    """The dry run. Raises RefusedError for what is wrong with template or sheet as a whole."""
    template = read_template(ask.template.bootstrap_values, ask.template.install_values, ask.template.deploy_config)
    _demand("", template.problems)
    _demand("defaults/", list(default_problems(ask.defaults, columns_for(template))))
    sheet = read_sheet(ask.sites, columns_for(template, ask.defaults), ask.filename)
    _demand("sites/", sheet.problems)
    fleet = fleet_plan(ask.controller, ask.groups, ask.scopes)
    given = [name for name, text in ask.secrets.items() if text]
    verdicts = check(sheet.rows, template, fleet, ask.defaults, given)
    pairs = zip(sheet.rows, verdicts, strict=True)
    found = [judged(row, verdict, fleet, ask.groups) for row, verdict in pairs]
    settings = {"manage": ask.manage, "controller": ask.controller.pk}
    return Checked(template, sheet, found, hash_of(found, settings))


def check_row(ask: DeployAsk, number: int) -> Verdict | None:
    """What would be sent for one row of the sheet, whatever the others say. Raises RefusedError as check_deploy()."""
    template = read_template(ask.template.bootstrap_values, ask.template.install_values, ask.template.deploy_config)
    _demand("", template.problems)
    sheet = read_sheet(ask.sites, columns_for(template, ask.defaults), ask.filename)
    _demand("sites/", sheet.problems)
    rows = [row for row in sheet.rows if row.number == number]
    return next(iter(check(rows, template, fleet_plan(ask.controller, ask.groups, ask.scopes), ask.defaults)), None)


def plan_deploy(ask: DeployAsk, user: User, actor: Actor, now: datetime) -> Operation:
    """Makes the operation: bad rows are refused targets, the others are checked against the System Controller next.

    Raises RefusedError. The caller has checked the user's permission and scope (operations/services/permits.py).
    """
    checked = check_deploy(ask)
    if ask.looked_at and ask.looked_at != checked.plan_hash:
        raise RefusedError({"plan_hash": CHANGED})
    _demand_run(ask, checked.template)
    operation = _operation(ask, checked, user, actor, now)
    targets = site_targets(operation, ask.controller, checked.sheet.rows, checked.verdicts, manage=ask.manage)
    operation.plan_hash = plan_hash(operation, targets)
    with transaction.atomic():  # writes only: an open transaction holds back everybody's events
        operation.save(force_insert=True)
        Target.objects.bulk_create(targets, batch_size=AT_ONCE)
        texts = {name: getattr(ask.template, name) for name in ("bootstrap_values", "install_values", "deploy_config")}
        DeployPlan.objects.create(
            operation=operation, template_name=ask.template.name, defaults=dict(ask.defaults), **texts
        )
        run_secrets.keep(operation, ask.secrets, now)
        hopeless = close_if_hopeless(operation, targets, now)
        Job.objects.create(operation=operation, next_at=None if hopeless else now)
        _tell(operation, ask, targets, actor, now)
    return operation


def _demand(prefix: str, problems: Sequence[Problem]) -> None:
    """Raises RefusedError with the first of them by field."""
    said: dict[str, str] = {}
    for problem in problems[:MOST_SAID]:
        said.setdefault(f"{prefix}{problem.field}", problem.message)
    if said:
        raise RefusedError(said)


def _demand_run(ask: DeployAsk, template: SiteTemplate) -> None:
    """What a dry run need not have; secrets are asked for when it begins. Raises RefusedError."""
    given = {name for name, text in ask.secrets.items() if text}
    wrong = [each for each in misfits(template, given) if ask.start or each.field in given]
    problems = {problem.field[:120]: problem.message for problem in wrong}
    if not ask.controller.write_username:
        name = ask.controller.name
        problems["controller"] = f"{name} is read-only from here: an administrator must give it a write user."
    if not 1 <= ask.max_at_once <= MOST_AT_ONCE:
        problems["max_at_once"] = f"Between 1 and {MOST_AT_ONCE}."
    if problems:
        raise RefusedError(problems)


def _operation(ask: DeployAsk, checked: Checked, user: User, actor: Actor, now: datetime) -> Operation:
    """Not saved yet."""
    rows = checked.verdicts
    what = rows[0].name if len(rows) == 1 else f"{len(rows)} subclouds"
    options = {"manage": ask.manage} | ({"template": ask.template.name} if ask.template.name else {})
    return Operation(
        kind=Kind.DEPLOY,
        title=f"{KINDS[Kind.DEPLOY].kind.label}: {what}"[:200],
        reason=said(ask.reason, 500),
        state=OperationState.CHECKING,
        controller=ask.controller,
        options=options,
        max_at_once=ask.max_at_once,
        stop_after_failures=ask.stop_after_failures,
        start_when_checked=ask.start,
        requester=user,
        requester_name=actor.name,
        source=actor.source[:60],
        created_at=now,
    )


def _tell(operation: Operation, ask: DeployAsk, targets: Sequence[Target], actor: Actor, now: datetime) -> None:
    subject = f"operation:{operation.pk}"
    detail = {
        "kind": operation.kind, "controller": ask.controller.name, "template": ask.template.name, "sites": len(targets),
        "refused": sum(target.state == TargetState.REFUSED for target in targets), "options": operation.options,
        "reason": ask.reason, "plan_hash": operation.plan_hash,
    }  # fmt: skip
    audit(actor, "operation.request", subject, now, detail)
    added = {"kind": operation.kind, "title": operation.title}
    append([NewEvent(EventKind.OPERATION_ADDED, subject, now, added, operation.controller_id)])
