"""Expressions that turn stored values into the words an answer shows."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import (
    Case,
    CharField,
    DateTimeField,
    F,
    Func,
    JSONField,
    Model,
    QuerySet,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.fields import BooleanField
from django.db.models.functions import Coalesce, JSONObject

from sites.choices import CENTRAL_PERIODS, CloudKind, Contact, Facet, Severity
from sites.freshness import TOLD_BY_DCMANAGER, contact_of, current, is_central
from sites.models import FacetState


def severity_words(field: str = "severity") -> Case:
    """critical, major, … for the number in `field`."""
    return Case(
        *[When(**{field: severity.value}, then=Value(severity.label)) for severity in Severity],
        output_field=CharField(),
    )


def observed(facet: Facet, outer: str = "pk") -> Func:
    """When this facet of the cloud was last read whole. `outer`: the column that holds the cloud's id.

    Written out, as every list has two to four of them: building a subquery anew takes Django a millisecond.
    """
    return Func(F(outer), template=_observed_template(facet), output_field=DateTimeField())


@lru_cache
def _observed_template(facet: Facet) -> str:
    column = {field.name: field.column for field in FacetState._meta.concrete_fields}
    where = f"u.{column['cloud']} = %(expressions)s AND u.{column['facet']} = '{facet.value}'"
    return f"(SELECT u.{column['observed_at']} FROM {FacetState._meta.db_table} u WHERE {where})"  # noqa: S608 # no text of anybody's


def stale(now: datetime, outer: str = "pk", facet: Facet = Facet.ALARMS) -> Combinable:
    """true where this facet of the cloud (its alarms) is not current: the rule of freshness.is_live() as a column.

    A scalar subquery, not EXISTS: PostgreSQL would hash the facets of the whole fleet to answer for one row.
    """
    at = observed(facet, outer)
    if facet in TOLD_BY_DCMANAGER:  # which goes on telling of a site that is cut off
        return outside(at, facet, now)
    cases = [When(**{contact_of(outer): Contact.UNREACHABLE}, then=Value(True))]
    if facet in CENTRAL_PERIODS:
        cases.append(When(is_central(outer), then=outside(at, facet, now, central=True)))
    return Case(*cases, default=outside(at, facet, now))


def outside(at: Combinable, facet: Facet, now: datetime, *, central: bool = False) -> Combinable:
    """true where the time `at` is not one at which something current was read, or is null: freshness.is_stale()."""
    between = Value(DateTimeTZRange(*current(facet, now, central=central), "[]"), output_field=DateTimeRangeField())
    return Coalesce(_Outside(at, between), True, output_field=BooleanField())


class _Outside(Func):
    """A time that a range does not hold. Two comparisons would look the time up twice."""

    template = "NOT (%(expressions)s)"
    arg_joiner = " <@ "
    output_field = BooleanField()


def placed() -> dict[str, str | Combinable]:
    """Where a row stands that points to a cloud, as every REST list of such rows tells it.

    `subcloud` is an id of /subclouds/, so it is null for what stands on a System Controller's own cloud.
    """

    def of_subcloud(name: str) -> Combinable:
        return Case(When(cloud__kind=CloudKind.SUBCLOUD, then=F(name)), default=Value(None))

    return {
        "cloud": "cloud_id",
        "cloud_kind": "cloud__kind",
        "cloud_name": "cloud__name",
        "subcloud": of_subcloud("cloud_id"),
        "subcloud_name": of_subcloud("cloud__name"),
        "controller": "cloud__controller_id",
        "controller_name": "cloud__controller__name",
    }


def listed(model: type[Model], key: str, fields: Sequence[str], order: str, outer: str = "pk") -> Func:
    """A list of objects: the rows of `model` whose column `key` holds the `outer` of this row, each with `fields`.

    As objects(), but of plain columns, and written out: building a subquery anew takes Django a millisecond, and the
    page of one cloud has five of them.
    """
    return Func(F(outer), template=_template(model, key, tuple(fields), order), output_field=ArrayField(JSONField()))


@lru_cache
def _template(model: type[Model], key: str, fields: Sequence[str], order: str) -> str:
    """For Func. Only names that the code gives and the model knows get into it."""
    column = {field.name: field.column for field in model._meta.concrete_fields}
    named = ", ".join(f"'{name}', u.{column[name]}" for name in fields)
    by = ", ".join(f"u.{column[name.removeprefix('-')]}{' DESC' if name[0] == '-' else ''}" for name in order.split())
    rows = f"FROM {model._meta.db_table} u WHERE u.{column[key]} = %(expressions)s"
    return f"ARRAY(SELECT jsonb_build_object({named}) {rows} ORDER BY {by})"


def objects(rows: QuerySet[Model], *fields: str, **named: str | Combinable) -> ArraySubquery:
    """A list of objects from another table: objects(Osd.objects.filter(cloud=OuterRef("pk")), "osd_id", "state")."""
    content: dict[str, Any] = {name: F(name) for name in fields}
    content |= {name: F(of) if isinstance(of, str) else of for name, of in named.items()}
    return ArraySubquery(rows.values(json=JSONObject(**content)))
