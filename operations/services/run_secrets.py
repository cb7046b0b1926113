"""Secrets that are given for one run: kept sealed, erased when the run is over, asked for again when it waits long."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from operations.kinds import KindSpec
from operations.models import Operation, RunSecret, Target
from sites.credentials import seal

SECRETS_LIVE = timedelta(hours=24)


def keep(operation: Operation, secrets: Mapping[str, str], now: datetime, target: Target | None = None) -> None:
    """In place of those of the same name, for one target or (None) for all. Empty ones are not given."""
    for name, text in secrets.items():
        if text:
            sealed = {"sealed": seal(text), "erase_at": now + SECRETS_LIVE}
            RunSecret.objects.update_or_create(operation=operation, target=target, name=name, defaults=sealed)


def surplus(spec: KindSpec, names: Iterable[str]) -> dict[str, str]:
    """{name: sentence} for secrets that the kind does not take; `payload` and the like are made by us alone."""
    taken = {*spec.secrets, *spec.may_have}
    return {str(name)[:64]: f"{spec.kind.label} takes no such secret." for name in names if name not in taken}


def missing(operation: Operation, spec: KindSpec) -> list[str]:
    """Names of secrets that the kind needs and that are not there any more."""
    there = set(RunSecret.objects.filter(operation=operation, target=None).values_list("name", flat=True))
    return [name for name in spec.secrets if name not in there]
