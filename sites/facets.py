"""How many subclouds each choice of each filter would show: all facets of the list in one query.

Grouped by everything first: a fleet's subclouds are alike, so there are far fewer combinations than subclouds, and
only those are put into one set per facet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Case, Q, QuerySet, Value, When
from django.db.models.fields import BooleanField

from sites.choices import Badge, Contact, NicStatus, Severity
from sites.expressions import severity_words
from sites.filters import NOTHING_SET, any_id
from sites.freshness import is_live, is_live_joined, with_alarm_age
from sites.jsonrows import numbered
from sites.models import Cloud, Controller, SubcloudGroup

SELECTORS: dict[str, str] = {  # parameter -> column
    "severity": "severity",
    "availability": "availability_status",
    "sync": "sync_status",
    "contact": "contact",
    "stale": "",
    "ceph": "ceph_status",
    "nic": "nic_status",
    "management": "management_state",
    "deploy": "deploy_status",
    "release": "software_version",
    "region": "region",
    "controller": "controller_id",
    "group": "group_id",
}
NAMES = {"controller": Controller._meta.db_table, "group": SubcloudGroup._meta.db_table}  # where ids have theirs
WORST_FIRST: dict[str, list[str]] = {
    "severity": [severity.label for severity in sorted(Severity, reverse=True)],
    "ceph": [Badge.ERROR, Badge.WARN, Badge.UNKNOWN, Badge.NONE, Badge.OK],
    "nic": [NicStatus.ERROR, NicStatus.UNKNOWN, NicStatus.PARTLY, NicStatus.NONE, NicStatus.OK],
    "contact": [Contact.UNREACHABLE, Contact.UNKNOWN, Contact.REACHABLE],
    "stale": ["true", "false"],
}


@dataclass(frozen=True, slots=True)
class Choice:
    value: str  # as the parameter wants it; "-" for none
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facets:
    total: int  # rows with every filter
    choices: dict[str, list[Choice]]


def count_facets(base: QuerySet[Cloud], chosen: Mapping[str, Sequence[str]], now: datetime) -> Facets:
    """`base`: scoped and searched, but not filtered by any facet. `chosen`: {parameter: its values}.

    A facet counts under the filters of all the others, so that it shows what choosing would bring.
    """
    active = [name for name in SELECTORS if chosen.get(name)]
    rows = _grouped(base, active, [_matches(name, chosen[name], now) for name in active], now)
    found: dict[str, list[Choice]] = {name: [] for name in SELECTORS}
    total = 0
    for name, value, label, count in rows:
        if name is None:
            total = count
            continue
        text = _text(value)
        is_chosen = text in chosen.get(name, ())
        if count or is_chosen:
            found[name].append(Choice(text, _label(name, text, label), count, is_chosen))
    return Facets(total, {name: sorted(choices, key=lambda c: _order(name, c)) for name, choices in found.items()})


def _matches(name: str, values: Sequence[str], now: datetime) -> Q:
    if name == "stale":
        return Q(~is_live(now)) if "true" in values else Q(is_live(now))
    if name == "severity":
        return Q(severity__in=[severity.value for severity in Severity if severity.label in values])
    if name in ("controller", "group"):
        ids = [None if value == NOTHING_SET else int(value) for value in values]
        return any_id(SELECTORS[name], ids)
    return Q(**{f"{SELECTORS[name]}__in": ["" if value == NOTHING_SET else value for value in values]})


def _grouped(
    base: QuerySet[Cloud], active: list[str], conditions: list[Q], now: datetime
) -> list[tuple[str | None, Any, str | None, int]]:
    """(facet or None for all, value, label, count): one pass over the subclouds, one grouping set per facet."""
    is_old = Case(When(is_live_joined(now), then=Value("false")), default=Value("true"))
    special = {"severity": severity_words(), "stale": is_old}
    columns: list[Any] = [special.get(name, column) for name, column in SELECTORS.items()]
    columns += [Case(When(q, then=Value(True)), default=Value(False), output_field=BooleanField()) for q in conditions]
    try:
        inner, at, parameters = numbered(with_alarm_age(base), columns)
    except EmptyResultSet:  # Django saw that nothing can match
        return []
    sql = _statement(inner, [f"r.{position}" for position in at], active)
    with connections[base.db].cursor() as cursor:
        cursor.execute(sql, parameters)
        order = list(SELECTORS)
        return [(None if i is None else order[i], value, label, n) for i, value, label, n in cursor.fetchall()]


def _statement(inner: str, columns: list[str], active: list[str]) -> str:
    """`columns`: the facets, then one truth value for each active facet."""
    facets, flags = columns[: len(SELECTORS)], columns[len(SELECTORS) :]
    others = [[flag for flag, of in zip(flags, active, strict=True) if of != name] for name in SELECTORS]
    which = " ".join(f"WHEN grouping({column}) = 0 THEN {i}" for i, column in enumerate(facets))
    value = " ".join(f"WHEN grouping({column}) = 0 THEN {column}::text" for column in facets)
    count = " ".join(
        f"WHEN grouping({column}) = 0 THEN {_count(rest)}" for column, rest in zip(facets, others, strict=True)
    )
    everything = ", ".join(dict.fromkeys(columns))
    combined = f"SELECT {everything}, count(*) AS alike FROM {inner} GROUP BY {everything}"  # noqa: S608
    grouped = (
        f"SELECT CASE {which} END AS facet, CASE {value} END AS value, CASE {count} ELSE {_count(flags)} END AS n"  # noqa: S608
        f" FROM ({combined}) r GROUP BY GROUPING SETS (({'), ('.join(facets)}), ())"
    )
    names = " ".join(
        f"WHEN {list(SELECTORS).index(name)} THEN (SELECT name FROM {table} WHERE id = value::bigint)"  # noqa: S608
        for name, table in NAMES.items()
    )
    return f"SELECT facet, value, CASE facet {names} END, n FROM ({grouped}) g"  # noqa: S608


def _count(flags: Sequence[str]) -> str:
    condition = f" FILTER (WHERE {' AND '.join(flags)})" if flags else ""
    return f"coalesce(sum(alike){condition}, 0)::bigint"


def _text(value: str | None) -> str:
    return value if value else NOTHING_SET


def _label(name: str, text: str, label: str | None) -> str:
    if name == "stale":
        return "stale" if text == "true" else "current"
    return label or ("none" if text == NOTHING_SET else text)


def _order(name: str, choice: Choice) -> tuple[int, str]:
    order = WORST_FIRST.get(name)
    if order is None:
        return -choice.count, choice.label
    return (order.index(choice.value) if choice.value in order else len(order)), choice.label
