"""Software releases of a cloud (USM), and the certificates installed on it (sysinv)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from sites.choices import Facet
from sites.ingest.complete import record_complete
from sites.models import Certificate as CertificateRow
from sites.models import Release as ReleaseRow
from sites.staging import Staging, quiet_commit
from starlingx.records import Certificate, Release

RELEASES = Staging(ReleaseRow, ("cloud_id", "release_id"), ("state", "sw_version", "reboot_required"), now_on_change=())
CERTIFICATES = Staging(
    CertificateRow,
    ("cloud_id", "uuid"),
    ("certtype", "subject", "issuer", "starts_at", "expires_at"),
    now_on_change=(),
)


@dataclass(frozen=True, slots=True)
class ReleaseSnapshot:
    """All releases one cloud knows."""

    cloud_id: int
    requested_at: datetime
    releases: Sequence[Release]


def record_releases(batch: Sequence[ReleaseSnapshot], *, lease_token: int, now: datetime) -> None:
    """New, changed and vanished releases."""
    record_complete(batch, _releases, RELEASES, Facet.SOFTWARE, source="USM", lease_token=lease_token, now=now)


def _releases(snapshot: ReleaseSnapshot) -> dict[str, tuple[Any, ...]]:
    return {each.release_id[:128]: (each.state, each.sw_version, each.reboot_required) for each in snapshot.releases}


def record_certificates(cloud_id: int, certificates: Sequence[Certificate], *, now: datetime) -> None:
    """The complete list of one (central) cloud. Ages with the facet SYSTEM, which is read together with it."""
    rows = {
        certificate.uuid[:64]: (
            certificate.certtype,
            certificate.subject,
            certificate.issuer,
            certificate.start_date,
            certificate.expiry_date,
        )
        for certificate in certificates
    }
    with transaction.atomic(), connection.cursor() as cursor:
        quiet_commit(cursor)
        CERTIFICATES.stage(cursor, ((cloud_id, uuid, *values) for uuid, values in rows.items()))
        CERTIFICATES.upsert(cursor, now)
        CERTIFICATES.delete_gone(cursor, [cloud_id])
