"""Kubernetes versions of clouds, and what clouds say when they are asked for their health."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sites.choices import Facet
from sites.ingest.complete import record_complete
from sites.models import HealthFailure, KubernetesVersion
from sites.staging import Staging
from starlingx.records import HealthCheck, KubeVersion

VERSIONS = Staging(KubernetesVersion, ("cloud_id", "version"), ("state", "target"), now_on_change=())
FAILURES = Staging(HealthFailure, ("cloud_id", "name"), ("word", "detail"), now_on_change=())


@dataclass(frozen=True, slots=True)
class KubernetesSnapshot:
    """All Kubernetes versions one cloud has."""

    cloud_id: int
    requested_at: datetime
    versions: Sequence[KubeVersion]


@dataclass(frozen=True, slots=True)
class HealthSnapshot:
    """The whole answer of one cloud to the health query."""

    cloud_id: int
    requested_at: datetime
    checks: Sequence[HealthCheck]


def record_kubernetes(batch: Sequence[KubernetesSnapshot], *, lease_token: int, now: datetime) -> None:
    """New, changed and vanished versions."""
    record_complete(batch, _versions, VERSIONS, Facet.KUBERNETES, source="sysinv", lease_token=lease_token, now=now)


def record_health_answers(batch: Sequence[HealthSnapshot], *, lease_token: int, now: datetime) -> None:
    """Each answer takes the place of the one before."""
    record_complete(batch, _failures, FAILURES, Facet.HEALTH_QUERY, source="sysinv", lease_token=lease_token, now=now)


def _versions(snapshot: KubernetesSnapshot) -> dict[str, tuple[Any, ...]]:
    return {each.version[:64]: (each.state, each.target) for each in snapshot.versions}


def _failures(snapshot: HealthSnapshot) -> dict[str, tuple[Any, ...]]:
    return {each.name: (each.word, each.detail) for each in snapshot.checks if not each.ok}
