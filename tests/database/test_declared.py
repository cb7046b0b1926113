"""What the models declare stands in the database: a migration may take away more than it says."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import CheckConstraint, Index, Model, UniqueConstraint

OURS = ("sites", "alarms", "ceph", "hosts", "network", "events", "operations")


def _declared() -> Iterator[tuple[type[Model], str]]:
    for label in OURS:
        for model in apps.get_app_config(label).get_models():
            named: list[Index | UniqueConstraint | CheckConstraint] = [
                *model._meta.indexes,
                *[each for each in model._meta.constraints if isinstance(each, (UniqueConstraint, CheckConstraint))],
            ]
            yield from ((model, each.name) for each in named)


@pytest.mark.django_db
def test_every_index_and_constraint_of_the_models_is_there() -> None:
    declared = list(_declared())
    with connection.cursor() as cursor:
        tables = {model._meta.db_table for model, _ in declared}
        there = {table: set(connection.introspection.get_constraints(cursor, table)) for table in tables}
    missing = [f"{model.__name__}.{name}" for model, name in declared if name not in there[model._meta.db_table]]
    assert len(declared) > 20
    assert not missing
