"""Complete lists of something, cloud by cloud: what is new, changed or gone since the last."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from django.db import connection, transaction

from sites.choices import Facet
from sites.ingest.facets import Look, admit
from sites.staging import Staging, quiet_commit


class Snapshot(Protocol):
    """What one cloud has, as it was asked for at `requested_at`."""

    @property
    def cloud_id(self) -> int: ...

    @property
    def requested_at(self) -> datetime: ...


S = TypeVar("S", bound=Snapshot)


def record_complete(
    batch: Sequence[S],
    rows_of: Callable[[S], Mapping[str, tuple[Any, ...]]],
    into: Staging,
    facet: Facet,
    *,
    source: str,
    lease_token: int,
    now: datetime,
) -> None:
    """`rows_of`: {second column of the key: the other columns}. One transaction; the newest list of a cloud counts."""
    latest = {snapshot.cloud_id: snapshot for snapshot in sorted(batch, key=lambda each: each.requested_at)}
    with transaction.atomic(), connection.cursor() as cursor:
        quiet_commit(cursor)
        looks = [Look(snapshot.cloud_id, snapshot.requested_at) for snapshot in latest.values()]
        admitted = sorted(admit(facet, looks, source=source, lease_token=lease_token, now=now).clouds)
        into.stage(cursor, ((pk, key, *values) for pk in admitted for key, values in rows_of(latest[pk]).items()))
        into.upsert(cursor, now)
        into.delete_gone(cursor, admitted)
