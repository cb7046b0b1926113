"""What the portal refuses in a row beside the rules of values: scope, releases ahead of the controller, secrets."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from operations.planning.cells import clean
from operations.planning.fleet import FleetPlan
from operations.planning.preflight import Verdict
from operations.planning.problems import Problem
from operations.planning.secret_names import looks_secret
from operations.planning.sheets import Columns, SiteRow
from starlingx.redaction import redact


def judged(row: SiteRow, verdict: Verdict, fleet: FleetPlan, groups: frozenset[int] | None) -> Verdict:
    """The verdict with our own problems. `groups`: ids of the groups the user may add to; None: all."""
    secrets = list(_secrets(row))
    more = [*_group(verdict, fleet, groups), *_release(verdict, fleet), *secrets]
    if not more:
        return verdict
    problems = [*verdict.problems, *more]
    if secrets:  # sentences quote cells
        problems = [Problem(each.field, redact(each.message)) for each in problems]
    return replace(verdict, ok=False, problems=tuple(problems), name=redact(verdict.name))


def default_problems(defaults: Mapping[str, str], columns: Columns) -> Iterator[Problem]:
    """What is wrong with the values that stand for blank cells: they are cells too, and kept."""
    for column, value in defaults.items():
        if column not in columns.known:
            yield Problem(column[:64], f"There is no column {column[:64]!a}. Known: {', '.join(columns.known)[:400]}.")
            continue
        _, wrong = clean(value, column)
        if wrong or looks_secret(value):
            yield Problem(column, f"{column} {wrong or 'holds a private key or a password.'}")


def _group(verdict: Verdict, fleet: FleetPlan, groups: frozenset[int] | None) -> Iterator[Problem]:
    if groups is not None and verdict.group_id is not None and verdict.group_id not in groups:
        names = ", ".join(sorted((fleet.groups or {}).get(number, str(number)) for number in groups))
        yield Problem("group", f"You may add sites to these groups only: {names}.")


def _release(verdict: Verdict, fleet: FleetPlan) -> Iterator[Problem]:
    """Releases of one form, 26.09, sort as their dates do."""
    if fleet.active_release and verdict.release > fleet.active_release:
        yield Problem(
            "release", f"{verdict.release[:20]} is newer than the System Controller, which runs {fleet.active_release}."
        )


def _secrets(row: SiteRow) -> Iterator[Problem]:
    """A sheet is kept."""
    for column, cell in row.cells.items():
        if looks_secret(cell):
            yield Problem(column, f"{column} holds a private key or a password: give secrets for the run only.")
