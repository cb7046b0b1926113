"""Secrets that are given for one run: kept sealed, erased when the run is over, asked for again when it waits long."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from operations.choices import Kind, TargetState
from operations.engine.request import VALUES
from operations.kinds import BMC, KINDS, SYSADMIN, KindSpec
from operations.models import DeployPlan, Operation, RunSecret, Target
from operations.planning.run_secrets import needed
from operations.planning.templates import SiteTemplate, read_template
from sites.credentials import seal, unseal

SECRETS_LIVE = timedelta(hours=24)


def keep(operation: Operation, secrets: Mapping[str, str], now: datetime, target: Target | None = None) -> None:
    """In place of those of the same name, for one target or (None) for all. Empty ones are not given.

    Those of a deployment that go into its documents are one row: `values`.
    """
    given = {name: text for name, text in secrets.items() if text}
    rows = {name: given.pop(name) for name in (SYSADMIN, BMC) if name in given}
    if given:
        rows[VALUES] = json.dumps(given)
    for name, text in rows.items():
        sealed = {"sealed": seal(text), "erase_at": now + SECRETS_LIVE}
        RunSecret.objects.update_or_create(operation=operation, target=target, name=name, defaults=sealed)


def not_taken(spec: KindSpec, names: Iterable[str]) -> dict[str, str]:
    """{name: sentence} for secrets that the kind does not take."""
    taken = {*spec.secrets, *spec.may_have}
    return {str(name)[:64]: f"{spec.kind.label} takes no such secret." for name in names if name not in taken}


def surplus(operation: Operation, secrets: Mapping[str, str]) -> dict[str, str]:
    """The same for an operation that is there: of a deployment, its template says what it takes."""
    given = {name for name, text in secrets.items() if text}
    plan = _plan(operation)
    if plan is None:
        return not_taken(KINDS[operation.kind], given)
    wanted = needed(plan)
    places = {*wanted, *(name.rpartition("/")[2] for name in wanted)}
    return {name[:120]: "The template has no place for this secret." for name in given - places}


def missing(
    operation: Operation, spec: KindSpec, given: Iterable[str] = (), *, anew: bool = True,
    targets: Iterable[Target] | None = None,
) -> list[str]:  # fmt: skip
    """Names of secrets that a run of `targets` (None: all that may still run) needs and that are neither in `given` nor
    kept.

    `anew` False: sites that dcmanager knows are taken on, for which it has the documents already.
    """
    there = {*given, *_kept(operation)}
    wanted = [*spec.needs(operation.options), *_by_steps(operation, targets)]
    if anew and (plan := _plan(operation)) is not None:
        wanted = list(needed(plan))
    return _absent(wanted, there)


def not_given(wanted: Iterable[str], operation: Operation, given: Iterable[str]) -> list[str]:
    """Those of `wanted` that are neither in `given` nor kept; the last part of a place stands for it."""
    return _absent(sorted(wanted), {*given, *_kept(operation)})


def _absent(wanted: Iterable[str], there: set[str]) -> list[str]:
    return [name for name in wanted if name not in there and name.rpartition("/")[2] not in there]


def powers_off(targets: Iterable[Target]) -> bool:
    """Whether one of them has still to be switched off through its BMC."""
    return any("power_off" in target.steps[target.step :] for target in targets)


def _by_steps(operation: Operation, targets: Iterable[Target] | None) -> list[str]:
    """Those that the kind may do without, and what is still to be done may not."""
    if operation.kind != Kind.DECOMMISSION:
        return []
    if targets is None:
        over = (TargetState.REFUSED, TargetState.COMPLETED, TargetState.CANCELLED)
        targets = operation.targets.exclude(state__in=over).only("steps", "step")
    return [BMC] if powers_off(targets) else []


def _plan(operation: Operation) -> SiteTemplate | None:
    """The template of a deployment."""
    found = DeployPlan.objects.filter(operation=operation).first() if operation.kind == Kind.DEPLOY else None
    if found is None:
        return None
    return read_template(found.bootstrap_values, found.install_values, found.deploy_config)


def _kept(operation: Operation) -> set[str]:
    rows = dict(RunSecret.objects.filter(operation=operation, target=None).values_list("name", "sealed"))
    values = rows.pop(VALUES, None)
    return {*rows, *(json.loads(unseal(values)) if values is not None else ())}
