"""Kubernetes versions of clouds, and what clouds say when they are asked for their health."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from sites.choices import Facet
from sites.ingest.facets import Look, admit
from sites.models import HealthFailure, KubernetesVersion
from sites.staging import Staging, quiet_commit
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
    """Complete lists: new, changed and vanished versions."""
    latest = {snapshot.cloud_id: snapshot for snapshot in sorted(batch, key=lambda each: each.requested_at)}
    with transaction.atomic(), connection.cursor() as cursor:
        quiet_commit(cursor)
        looks = [Look(snapshot.cloud_id, snapshot.requested_at) for snapshot in latest.values()]
        admitted = sorted(admit(Facet.KUBERNETES, looks, source="sysinv", lease_token=lease_token, now=now).clouds)
        rows = {(pk, each.version[:64]): (each.state, each.target) for pk in admitted for each in latest[pk].versions}
        VERSIONS.stage(cursor, ((*key, *values) for key, values in rows.items()))
        VERSIONS.upsert(cursor, now)
        VERSIONS.delete_gone(cursor, admitted)


def record_health_answers(batch: Sequence[HealthSnapshot], *, lease_token: int, now: datetime) -> None:
    """Each answer takes the place of the one before."""
    latest = {snapshot.cloud_id: snapshot for snapshot in sorted(batch, key=lambda each: each.requested_at)}
    with transaction.atomic(), connection.cursor() as cursor:
        quiet_commit(cursor)
        looks = [Look(snapshot.cloud_id, snapshot.requested_at) for snapshot in latest.values()]
        admitted = sorted(admit(Facet.HEALTH_QUERY, looks, source="sysinv", lease_token=lease_token, now=now).clouds)
        rows = {
            (pk, each.name): (each.word, each.detail) for pk in admitted for each in latest[pk].checks if not each.ok
        }
        FAILURES.stage(cursor, ((*key, *values) for key, values in rows.items()))
        FAILURES.upsert(cursor, now)
        FAILURES.delete_gone(cursor, admitted)
