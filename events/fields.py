"""A column of PostgreSQL's 64-bit transaction ids (`xid8`)."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

if TYPE_CHECKING:
    _BigInteger = models.BigIntegerField[int, int]
else:  # at run time Django's fields take no type arguments
    _BigInteger = models.BigIntegerField


class CurrentTransaction(models.Func):
    """`pg_current_xact_id()`: the id of the writing transaction, given by the database itself."""

    function = "pg_current_xact_id"
    template = "%(function)s()"
    arity = 0


class Xid8Field(_BigInteger):
    """An `xid8`. In Python an int; the driver hands it over as text."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "xid8"

    def from_db_value(self, value: str | int | None, expression: Any, connection: BaseDatabaseWrapper) -> int | None:
        return None if value is None else int(value)

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        """As text: PostgreSQL casts an unknown literal to xid8, but has no cast from bigint."""
        return str(value) if isinstance(value, int) else value
