"""What a campaign asks of dcmanager: the kind of strategy and its arguments, and how dcmanager will show them.

Source: starlingx-dcmanager.md 2.7; distcloud master of 2026-08-21, dcmanager/orchestrator (validators, manager).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from enum import StrEnum

COMMON_NAME = re.compile(r"CN=[^\s]")
_DIGITS = re.compile(r"[0-9]+(?:\.[0-9]+)+")
FLAGS = ("snapshot", "rollback", "delete", "cleanup", "with_prestage")
SNAPSHOT_SINCE, CLEANUP_SINCE, PRESTAGE_DEPLOY_SINCE = (25, 9), (26, 9), (24, 9)


class Kind(StrEnum):
    """Types of strategies, dcmanager's words."""

    SW_DEPLOY = "sw-deploy"
    PRESTAGE = "prestage"
    KUBERNETES = "kubernetes"
    KUBE_ROOTCA = "kube-rootca-update"
    FIRMWARE = "firmware"


ENDPOINTS: dict[Kind, str] = {
    Kind.SW_DEPLOY: "software",
    Kind.KUBERNETES: "kubernetes",
    Kind.KUBE_ROOTCA: "kube-rootca",
    Kind.FIRMWARE: "firmware",
}  # prestage looks at no endpoint
TAKES: dict[Kind, tuple[str, ...]] = {  # arguments, as `body` of starlingx/dcmanager_writes has them
    Kind.SW_DEPLOY: (*FLAGS, "release_id", "kube_upgrade"),
    Kind.PRESTAGE: ("release", "for_install", "force"),
    Kind.KUBERNETES: ("to_version",),
    Kind.KUBE_ROOTCA: ("subject", "expiry_date", "force"),
    Kind.FIRMWARE: (),
}
DAY = timedelta(days=1)  # dcmanager wants a root CA to last for longer
MOST_PARALLEL, MOST_PRESTAGING = 5000, 250


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategySpec:
    """The arguments of a strategy, without secrets. Which ones make sense depends on `kind`; see `problems`.

    `release_id` like "starlingx-26.09.1" (sw-deploy), `release` like "26.09" (prestage), `to_version` like "v1.34.1";
    `kube_upgrade` is the Kubernetes version that a software deployment goes on to.
    `force`: kube-rootca-update takes sites that are in-sync too, prestage overlooks management-affecting alarms.
    """

    kind: Kind
    release_id: str = ""
    snapshot: bool = False
    rollback: bool = False
    delete: bool = False
    cleanup: bool = False
    kube_upgrade: str = ""
    with_prestage: bool = False
    release: str = ""
    for_install: bool = False
    to_version: str = ""
    subject: str = ""
    expiry_date: str = ""
    force: bool = False

    @property
    def prestages(self) -> bool:
        return self.kind is Kind.PRESTAGE or self.with_prestage

    @property
    def deploys(self) -> bool:
        """Whether a release is to be deployed: sw-deploy without rollback and cleanup."""
        return self.kind is Kind.SW_DEPLOY and not self.rollback and not self.cleanup

    @property
    def most_parallel(self) -> int:
        return MOST_PRESTAGING if self.prestages else MOST_PARALLEL


def version(text: str) -> tuple[int, ...]:
    """(26, 9, 1) of "starlingx-26.09.1", "26.09.1" and the like; () where there are no numbers."""
    found = _DIGITS.search(text)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


def major(release_id: str) -> str:
    """ "26.09" of "starlingx-26.09.1"; "" where there are no numbers."""
    return ".".join(f"{part:02}" for part in version(release_id)[:2])


def shown_arguments(spec: StrategySpec) -> frozenset[tuple[str, str]]:
    """Names and texts in `extra-args` of the strategy that dcmanager makes of `spec`, without flags that are unset."""
    told: dict[str, str] = {}
    match spec.kind:
        case Kind.SW_DEPLOY:
            told = {name: "true" for name in FLAGS if getattr(spec, name)}
            told |= {"release_id": spec.release_id, "kube_upgrade": spec.kube_upgrade}
        case Kind.PRESTAGE:
            told = {"force": "true" if spec.force else "", "prestage-software-version": spec.release}
            told["for_sw_deploy"] = "" if spec.for_install else "true"
        case Kind.KUBERNETES if spec.to_version:
            told = {"to-version": "v" + spec.to_version.removeprefix("v")}
        case Kind.KUBE_ROOTCA:
            told = {"subject": spec.subject, "expiry-date": spec.expiry_date}
    return frozenset((name, text) for name, text in told.items() if text)


def derived_arguments(spec: StrategySpec) -> frozenset[str]:
    """Names that dcmanager may add by itself, so that they tell nothing about who asked."""
    if spec.with_prestage:
        return frozenset({"for_sw_deploy", "prestage-software-version", "force"})
    if spec.kind is Kind.PRESTAGE:
        return frozenset({"for_install"} if spec.release else {"for_install", "prestage-software-version"})
    return frozenset()


def problems(spec: StrategySpec, now: datetime) -> tuple[str, ...]:
    """What dcmanager would refuse of `spec`, each as a sentence; () where it would take it."""
    return (*_surplus(spec), *(_software(spec) if spec.kind is Kind.SW_DEPLOY else _others(spec, now)))


def _surplus(spec: StrategySpec) -> Iterator[str]:
    given = [each.name for each in fields(spec) if each.name != "kind" and getattr(spec, each.name)]
    if surplus := [name for name in given if name not in TAKES[spec.kind]]:
        yield f"A {spec.kind} campaign takes no {', '.join(surplus)}."


def _software(spec: StrategySpec) -> Iterator[str]:
    if spec.rollback and spec.cleanup:
        yield "Roll back or clean up, not both in one campaign."
    if spec.deploys and not spec.release_id:
        yield "Choose the release to deploy."
    if not spec.deploys:
        what = "Rolling back" if spec.rollback else "Cleaning up"
        against = ("release_id", "snapshot", "delete", "kube_upgrade", "with_prestage")
        given = [name for name in against if getattr(spec, name)]
        if given:
            yield f"{what} takes no {', '.join(given)}."
    if spec.release_id and not version(spec.release_id):
        yield f"{spec.release_id[:64]!r} is no release; write it like starlingx-26.09.1."
    elif spec.snapshot and spec.release_id and version(spec.release_id)[:2] < SNAPSHOT_SINCE:
        yield f"Snapshots need release 25.09 or later; {spec.release_id} has none."


def _others(spec: StrategySpec, now: datetime) -> Iterator[str]:
    if spec.kind is Kind.PRESTAGE:
        if not re.fullmatch(r"[0-9]{2}\.[0-9]{2}", spec.release):
            yield "Choose the release to prestage, like 26.09."
        elif not spec.for_install and version(spec.release) < PRESTAGE_DEPLOY_SINCE:
            yield f"Prestaging for deployment needs release 24.09 or later; {spec.release} is older."
    if spec.kind is Kind.KUBERNETES and spec.to_version and not version(spec.to_version):
        yield f"{spec.to_version[:64]!r} is no Kubernetes version; write it like v1.34.1."
    if spec.kind is Kind.KUBE_ROOTCA and spec.subject and not COMMON_NAME.search(spec.subject):
        yield "The subject of the new root CA needs a common name (CN=…)."
    if (
        spec.kind is Kind.KUBE_ROOTCA
        and spec.expiry_date
        and date.fromisoformat(spec.expiry_date) <= (now + DAY).date()
    ):
        yield f"The new root CA must not expire before tomorrow is over; {spec.expiry_date} is too soon."
