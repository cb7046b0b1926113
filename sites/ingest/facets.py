"""The gate of every snapshot: is it newer than what is stored, and was it taken under the lease that counts?

A snapshot that was requested before the stored one is dropped. Wall clocks tell which was first, so two cases do not
go by them: what is asked under a newer lease was asked later, whatever the clock of that host says; and a stored time
that lies in the future was stamped by a clock that has been set back since, so whatever comes now is newer.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from sites.bounded import bounded
from sites.choices import Facet
from sites.freshness import latest_possible

log = logging.getLogger(__name__)
LONGEST_ERROR = 500


@dataclass(frozen=True, slots=True)
class Look:
    """One cloud was read. `whole`: the answer was complete; if not, `error` says what is missing from it."""

    cloud_id: int
    requested_at: datetime
    whole: bool = True
    error: str = ""


@dataclass(frozen=True, slots=True)
class FailedLook:
    """One cloud could not be read: its facts stay as they are, with the reason beside them."""

    cloud_id: int
    attempted_at: datetime
    error: str


@dataclass(frozen=True, slots=True)
class Admitted:
    """Clouds whose snapshot counts; those among them that never had a complete one before, and those that were never
    looked at, so that nothing can be stored of them."""

    clouds: frozenset[int]
    first: frozenset[int]
    unseen: frozenset[int]


NONE_ADMITTED = Admitted(frozenset(), frozenset(), frozenset())


def admit(facet: Facet, looks: Iterable[Look], *, source: str, lease_token: int, now: datetime) -> Admitted:
    """Note these looks and say which count. The rows stay locked until the transaction ends.

    A snapshot requested before the stored one, or under an older lease, is dropped; so is one of a cloud that has
    gone. One statement. `now` is by the clock that the looks were stamped with.
    """
    latest = {look.cloud_id: look for look in sorted(looks, key=lambda look: look.requested_at)}
    if not latest:
        return NONE_ADMITTED
    parameters: dict[str, Any] = {
        "clouds": list(latest),
        "requested": [look.requested_at for look in latest.values()],
        "whole": [look.whole for look in latest.values()],
        "errors": [bounded(look.error, LONGEST_ERROR) for look in latest.values()],
        "facet": facet.value,
        "source": source,
        "token": lease_token,
        "possible": latest_possible(now),
    }
    with connection.cursor() as cursor:
        cursor.execute(_ADMIT, parameters)
        rows = cursor.fetchall()
    if ahead := sum(lay_ahead for *_, lay_ahead in rows):
        log.warning("%d clouds had %s from the future: a clock was set back; what is read now counts", ahead, facet)
    clouds, first, unseen = (frozenset(pk for pk, *flags, _ in rows if all(flags[:n])) for n in range(3))
    return Admitted(clouds, first, unseen)


def failed(facet: Facet, failures: Iterable[FailedLook], *, lease_token: int, now: datetime) -> None:
    """Note failed looks: the error and when; `observed_at` stays, so the facts keep ageing. One statement."""
    latest = {failure.cloud_id: failure for failure in sorted(failures, key=lambda failure: failure.attempted_at)}
    if not latest:
        return
    parameters: dict[str, Any] = {
        "clouds": list(latest),
        "attempted": [failure.attempted_at for failure in latest.values()],
        "errors": [bounded(failure.error, LONGEST_ERROR) for failure in latest.values()],
        "facet": facet.value,
        "token": lease_token,
        "possible": latest_possible(now),
    }
    with connection.cursor() as cursor:
        cursor.execute(_FAILED, parameters)


_STANDING = """
    JOIN sites_cloud c ON c.id = v.cloud_id AND c.removed_at IS NULL
    LEFT JOIN sites_controllerlease l ON l.controller_id = c.controller_id
    WHERE coalesce(l.token, 0) <= %(token)s
"""

# The last join and the insert see the same snapshot, so it tells the state before this statement.
_ADMIT = f"""
WITH looks AS (
    SELECT v.cloud_id, v.requested_at, v.whole, v.error
    FROM unnest(%(clouds)s::bigint[], %(requested)s::timestamptz[], %(whole)s::bool[], %(errors)s::text[])
        AS v (cloud_id, requested_at, whole, error)
    {_STANDING}
), admitted AS (
    INSERT INTO sites_facetstate AS f
        (cloud_id, facet, observed_at, attempted_at, source, error, failures, lease_token)
    SELECT cloud_id, %(facet)s, CASE WHEN whole THEN requested_at END, requested_at, %(source)s, error, 0, %(token)s
    FROM looks ORDER BY cloud_id
    ON CONFLICT (cloud_id, facet) DO UPDATE SET
        observed_at = coalesce(EXCLUDED.observed_at, f.observed_at), attempted_at = EXCLUDED.attempted_at,
        source = EXCLUDED.source, error = EXCLUDED.error, failures = 0, lease_token = EXCLUDED.lease_token
    WHERE f.lease_token < EXCLUDED.lease_token OR f.lease_token = EXCLUDED.lease_token
        AND (f.observed_at IS NULL OR f.observed_at <= EXCLUDED.attempted_at OR f.observed_at > %(possible)s)
    RETURNING f.cloud_id
)
SELECT a.cloud_id, b.observed_at IS NULL, b.id IS NULL, coalesce(b.observed_at > %(possible)s, false)
FROM admitted a LEFT JOIN sites_facetstate b ON b.cloud_id = a.cloud_id AND b.facet = %(facet)s
"""  # noqa: S608 - constants

_FAILED = f"""
INSERT INTO sites_facetstate AS f (cloud_id, facet, attempted_at, source, error, failures, lease_token)
SELECT v.cloud_id, %(facet)s, v.attempted_at, '', v.error, 1, %(token)s
FROM unnest(%(clouds)s::bigint[], %(attempted)s::timestamptz[], %(errors)s::text[]) AS v (cloud_id, attempted_at, error)
{_STANDING}
ORDER BY v.cloud_id
ON CONFLICT (cloud_id, facet) DO UPDATE SET
    attempted_at = EXCLUDED.attempted_at, error = EXCLUDED.error, failures = f.failures + 1,
    lease_token = EXCLUDED.lease_token
WHERE f.lease_token < EXCLUDED.lease_token OR f.lease_token = EXCLUDED.lease_token
    AND (f.attempted_at IS NULL OR f.attempted_at <= EXCLUDED.attempted_at OR f.attempted_at > %(possible)s)
"""  # noqa: S608 - constants
