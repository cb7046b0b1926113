"""A cloud's own word on itself: its Kubernetes versions, and the health query (starlingx-platform.md 2.11, 2.9).

Source of the text: config b62963d4103e (2026-08-21), sysinv/common/health.py. dcmanager and USM both judge a site by
this very text: distcloud 8ae018234641, orchestrator/states/kube/pre_check.py; update 51560ae01cb8, deploy-precheck.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from starlingx.errors import Unexpected
from starlingx.rows import Row, clean

LONGEST = 20_000
MOST_CHECKS = 100
LONGEST_DETAIL = 300
_CHECK = re.compile(r"(?P<name>[^\[\]]{1,200}): \[(?P<word>[A-Za-z]{1,20})\]")


@dataclass(frozen=True, slots=True)
class KubeVersion:
    """A Kubernetes version that a cloud has. States: unavailable, available (it can go there now), partial, active.

    `target`: of an upgrade that is open, else of the active version.
    """

    version: str
    state: str
    target: bool | None

    @classmethod
    def read(cls, row: Row) -> Self:
        """Identity: version."""
        return cls(version=row.identity("version"), state=row.text("state"), target=row.flag("target"))


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """One line of the query, like "All kubernetes nodes are ready", and what the lines below it add. A word that is
    not known is no OK."""

    name: str
    word: str
    detail: str = ""

    @property
    def ok(self) -> bool:
        return self.word == "OK"


def read_health(body: object) -> tuple[HealthCheck, ...]:
    """The answer is a JSON string of lines, not an object (trap 20). Raises Unexpected where it holds no check."""
    if not isinstance(body, str):
        raise Unexpected("the health query does not answer with a text")
    checks: list[HealthCheck] = []
    for line in clean(body, LONGEST).splitlines():
        text = line.strip()
        found = _CHECK.fullmatch(text)
        if found is not None:
            checks.append(HealthCheck(found["name"].strip(), found["word"]))
        elif checks and text:
            last = checks[-1]
            told = f"{last.detail} {text}".strip()[:LONGEST_DETAIL]
            checks[-1] = HealthCheck(last.name, last.word, told)
    if not checks:
        raise Unexpected("the health query names no check")
    return tuple(checks[:MOST_CHECKS])
