"""Secrets that are given for one run: kept sealed, erased when the run is over, asked for again when it waits long."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from operations.choices import Kind
from operations.engine.request import VALUES
from operations.kinds import BMC, SYSADMIN, KindSpec
from operations.models import DeployPlan, Operation, RunSecret, Target
from operations.planning.run_secrets import needed
from operations.planning.templates import read_template
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


def surplus(spec: KindSpec, names: Iterable[str]) -> dict[str, str]:
    """{name: sentence} for secrets that the kind does not take. A deployment's template says what it takes."""
    if spec.kind == Kind.DEPLOY:
        return {}
    taken = {*spec.secrets, *spec.may_have}
    return {str(name)[:64]: f"{spec.kind.label} takes no such secret." for name in names if name not in taken}


def missing(operation: Operation, spec: KindSpec, given: Iterable[str] = (), *, anew: bool = True) -> list[str]:
    """Names of secrets that a run needs and that are neither in `given` nor kept.

    `anew` False: sites that dcmanager knows are taken on, for which it has the documents already.
    """
    there = {*given, *_kept(operation)}
    wanted = list(spec.secrets)
    planned = anew and spec.kind == Kind.DEPLOY
    plan = DeployPlan.objects.filter(operation=operation).first() if planned else None
    if plan is not None:
        wanted = list(needed(read_template(plan.bootstrap_values, plan.install_values, plan.deploy_config)))
    return [name for name in wanted if name not in there and name.rpartition("/")[2] not in there]


def _kept(operation: Operation) -> set[str]:
    rows = dict(RunSecret.objects.filter(operation=operation, target=None).values_list("name", "sealed"))
    values = rows.pop(VALUES, None)
    return {*rows, *(json.loads(unseal(values)) if values is not None else ())}
