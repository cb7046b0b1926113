"""How far a release has been brought to sites ahead of its deployment, in classes that people ask for.

Two sources. What the site's own USM tells of its releases (once an hour) says it for certain. Where that is not known,
or a prestage has ended since, dcmanager's words have to do: they name neither the release that is being prestaged, nor
the one that failed; of what is complete a text with versions is told, in which the major release is looked for. The
same rule as the gate of campaigns (operations/campaigns/release_gates.py); a test compares them.

Source: starlingx-dcmanager.md 3.5 and [?] 6 (the text is not to be parsed strictly).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    CharField,
    DateTimeField,
    F,
    FilteredRelation,
    Func,
    Q,
    QuerySet,
    TextChoices,
    Value,
    When,
)

from sites.choices import CloudKind, Facet
from sites.expressions import observed, stale
from sites.freshness import current
from sites.models import Cloud

LONGEST = 128  # characters of a release id
MAJOR = re.compile(r"(\d+)\.(\d+)")


class PrestageState(TextChoices):
    """Of one site and one release."""

    DEPLOYED = "deployed", "deployed already"
    PRESTAGED = "prestaged", "prestaged"
    PRESTAGING = "prestaging", "prestaging"
    FAILED = "failed", "last prestage failed"
    ABSENT = "absent", "not prestaged"
    UNKNOWN = "unknown", "not known"


LACKING = (PrestageState.PRESTAGING, PrestageState.FAILED, PrestageState.ABSENT, PrestageState.UNKNOWN)
MARKS = {
    PrestageState.DEPLOYED: "info", PrestageState.PRESTAGED: "ok", PrestageState.PRESTAGING: "busy",
    PrestageState.FAILED: "failed", PrestageState.ABSENT: "warn", PrestageState.UNKNOWN: "unknown",
}  # fmt: skip


def with_prestage(clouds: QuerySet[Cloud], release: str, now: datetime) -> QuerySet[Any]:
    """`prestage`: a PrestageState. `prestage_read_at`: when what says so was read, null where nothing does."""
    joined, names = _joined(clouds, release, now, "prestage")
    read_at = Case(
        When(names.decided, then=F(names.software_at)),
        When(names.heard, then=observed(Facet.SUBCLOUD)),
        output_field=DateTimeField(),
    )
    told: QuerySet[Any] = joined.annotate(prestage=_state(names, release), prestage_read_at=read_at)
    return told


def ids_in_states(wanted: Mapping[str, Sequence[str]], now: datetime) -> list[int]:
    """Of all standing subclouds those at which one of the releases in `wanted` is in one of its states. One query."""
    condition, found = Q(), Cloud.objects.filter(kind=CloudKind.SUBCLOUD, removed_at=None).order_by()
    for number, (release, states) in enumerate(wanted.items()):
        column = f"prestage{number}"
        found, names = _joined(found, release, now, column)
        found = found.alias(**{f"{column}_state": _state(names, release)})
        condition |= Q(**{f"{column}_state__in": states})
    return list(found.filter(condition).values_list("pk", flat=True))


def one_of(ids: Sequence[int]) -> Func:
    """Condition on clouds. The ids are one parameter, however many they are, and PostgreSQL hashes them."""
    return _IsAnyOf(F("pk"), Value(list(ids), output_field=ArrayField(BigIntegerField())))


class _IsAnyOf(Func):
    template = "%(expressions)s)"
    arg_joiner = " = ANY ("
    output_field = BooleanField()


@dataclass(frozen=True, slots=True)
class _Names:
    """Columns and conditions of one release. `decided`: the site's own releases say it, and dcmanager nothing newer;
    `heard`: dcmanager's words do. What dcmanager told when is looked up only where it counts."""

    software_at: str
    runs: Q
    there: Q
    decided: Q
    heard: Q
    told: Q


def _joined(clouds: QuerySet[Any], release: str, now: datetime, column: str) -> tuple[QuerySet[Any], _Names]:
    """Two joins by unique keys, so as many rows as before."""
    at, state, old = f"{column}_software_at", f"{column}_there", f"{column}_told_old"
    joined = clouds.alias(
        **{
            f"{column}_facet": FilteredRelation("facets", condition=Q(facets__facet=Facet.SOFTWARE)),
            f"{column}_release": FilteredRelation("releases", condition=Q(releases__release_id=release)),
        }
    ).alias(
        **{
            at: F(f"{column}_facet__observed_at"),
            state: F(f"{column}_release__state"),
            old: stale(now, facet=Facet.SUBCLOUD),
        }
    )
    absent = Q(**{state: None}) | Q(**{f"{state}__in": ("", "unavailable")})
    ended_since = Q(prestage_status="complete", upstream_updated_at__gt=F(at))
    read = Q(**{f"{at}__range": current(Facet.SOFTWARE, now)})
    told = Q(**{old: False})
    at_work = Q(prestage_status__in=("prestaging", "failed")) & told
    there = read & ~absent
    return joined, _Names(
        software_at=at,
        runs=read & Q(**{f"{state}__in": ("deployed", "committed")}),
        there=there,
        decided=there | (read & ~ended_since & ~at_work),
        heard=at_work | (Q(prestage_status="complete") & ~Q(prestage_versions="") & told),
        told=told,
    )


def _state(names: _Names, release: str) -> Case:
    told = names.told
    return Case(
        When(names.runs, then=Value(PrestageState.DEPLOYED.value)),
        When(names.there, then=Value(PrestageState.PRESTAGED.value)),
        When(Q(prestage_status="prestaging") & told, then=Value(PrestageState.PRESTAGING.value)),
        When(Q(prestage_status="failed") & told, then=Value(PrestageState.FAILED.value)),
        When(names.decided, then=Value(PrestageState.ABSENT.value)),
        When(_complete_with(release) & told, then=Value(PrestageState.PRESTAGED.value)),
        When(names.heard, then=Value(PrestageState.ABSENT.value)),
        default=Value(PrestageState.UNKNOWN.value),
        output_field=CharField(),
    )


def _complete_with(release: str) -> Q:
    found = MAJOR.search(release)
    if found is None:
        return Q(pk=None)
    return Q(prestage_status="complete", prestage_versions__contains=f"{int(found[1]):02}.{int(found[2]):02}")
