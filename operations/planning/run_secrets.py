"""Secrets of one run: which a template needs, and where each of the given ones goes.

Given in the clear, by the place's path ("bootstrap_values/docker_registries/defaults/password") or by its last key
("password", then for every place of that name). Encoding is done here: starlingx-dcmanager.md 7.4.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from operations.planning.paths import Path, written
from operations.planning.problems import Problem, shown
from operations.planning.template_walk import is_kubernetes_secret
from operations.planning.templates import CONFIG_DOCUMENT, SiteTemplate

SYSADMIN_PASSWORD = "sysadmin_password"  # noqa: S105 - names of fields
BMC_PASSWORD = "bmc_password"  # noqa: S105
IN_FORM = (SYSADMIN_PASSWORD, BMC_PASSWORD)


class SecretMisfit(ValueError):
    """Secrets are missing or have no place. The message names them, never their values."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """`in_form`: by field of the form, base64. `in_documents`: by place, as the document wants it."""

    in_form: Mapping[str, str] = field(repr=False)
    in_documents: Mapping[Path, str] = field(repr=False)


def is_form_slot(slot: Path) -> bool:
    """Whether the value goes into the form and not into the document that has a blank for it."""
    return len(slot) == 2 and slot[1] in IN_FORM


def form_secrets(template: SiteTemplate) -> tuple[str, ...]:
    """The secrets that go into the form: a BMC's only where it installs."""
    return IN_FORM if template.documents.install is not None else (SYSADMIN_PASSWORD,)


def needed(template: SiteTemplate) -> tuple[str, ...]:
    """Every secret that a run with this template must be given: field names and paths."""
    return (*form_secrets(template), *needed_in(template))


def needed_in(template: SiteTemplate) -> tuple[str, ...]:
    """The paths of those that stand in its documents."""
    return tuple(written(slot) for slot in template.slots if not is_form_slot(slot))


def misfits(template: SiteTemplate, given: Collection[str]) -> list[Problem]:
    """What is wrong with the names of the given secrets: those that are missing, and those without a place."""
    wanted = needed(template)
    problems = [
        Problem(name, f"The secret {name} is missing: give it for the run.")
        for name in wanted
        if name not in given and _last(name) not in given
    ]
    places = {*wanted, *(_last(name) for name in wanted)}
    problems += [
        Problem(name, f"The template has no place for {shown(name)}: put the key there, with a blank value.")
        for name in given
        if name not in places
    ]
    return problems


def assign(template: SiteTemplate, secrets: Mapping[str, str]) -> Assigned:
    """Each secret at its place. Raises SecretMisfit when one is missing, blank or without a place."""
    given = {name: value for name, value in secrets.items() if value}
    wrong = misfits(template, given)
    if wrong:
        raise SecretMisfit(" ".join(problem.message for problem in wrong))
    form = {name: _base64(given[name]) for name in IN_FORM if name in given}
    places: dict[Path, str] = {}
    for slot in template.slots:
        if not is_form_slot(slot):
            name = written(slot)
            value = given[name] if name in given else given[_last(name)]
            places[slot] = _base64(value) if _wants_base64(template, slot) else value
    return Assigned(form, places)


def in_place(template: SiteTemplate, secrets: Mapping[str, str]) -> dict[str, str]:
    """Those of the given secrets that the template has a place for."""
    wanted = needed(template)
    places = {*wanted, *(_last(name) for name in wanted)}
    return {name: value for name, value in secrets.items() if name in places}


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _base64(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


def _wants_base64(template: SiteTemplate, slot: Path) -> bool:
    """`data` of a Kubernetes Secret; its `stringData` is in the clear."""
    if slot[0] != CONFIG_DOCUMENT or len(slot) < 3 or slot[2] != "data" or not isinstance(slot[1], int):
        return False
    return is_kubernetes_secret((template.documents.config or ())[slot[1]])
