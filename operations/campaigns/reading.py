"""Back from the canonical JSON of operations/campaigns/plan.py to the frozen dataclass that it was made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

Kind = TypeVar("Kind")
_PARSED: dict[type, Any] = {datetime: datetime.fromisoformat, date: date.fromisoformat, time: time.fromisoformat}


class UnreadableError(ValueError):
    """The JSON does not have the shape of what is to be read; the message says where."""


def read(kind: type[Kind], value: Any, where: str = "plan") -> Kind:
    """`value` as `kind`, a dataclass of plain values, collections, times and other such dataclasses.

    Raises UnreadableError, also for keys that are not known: what was approved is read whole or not at all.
    """
    found: Kind = _read(kind, value, where)
    return found


def _read(kind: Any, value: Any, where: str) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _optional(inner, value, where)
    if origin in (tuple, frozenset):
        return _collection(origin, inner, value, where)
    if origin is not None and issubclass(origin, Mapping):
        return {name: _read(inner[1], each, f"{where}.{name}") for name, each in _checked(value, dict, where).items()}
    if is_dataclass(kind):
        return _dataclass(kind, _checked(value, dict, where), where)
    if isinstance(kind, type) and issubclass(kind, tuple):  # a named one
        return kind(*_parts(tuple(_hints(kind).values()), _checked(value, list, where), where))
    return _scalar(kind, value, where)


def _optional(inner: tuple[Any, ...], value: Any, where: str) -> Any:
    if value is None and NoneType in inner:
        return None
    (only,) = [each for each in inner if each is not NoneType]
    return _read(only, value, where)


def _collection(origin: Any, inner: tuple[Any, ...], value: Any, where: str) -> Any:
    rows = _checked(value, list, where)
    if origin is tuple and inner[-1] is not Ellipsis:
        return _parts(inner, rows, where)
    return origin(_read(inner[0], each, f"{where}[{at}]") for at, each in enumerate(rows))


def _parts(kinds: tuple[Any, ...], rows: list[Any], where: str) -> tuple[Any, ...]:
    if len(rows) != len(kinds):
        raise UnreadableError(f"{where} has {len(rows)} parts, not {len(kinds)}")
    return tuple(_read(kind, each, f"{where}[{at}]") for at, (kind, each) in enumerate(zip(kinds, rows, strict=True)))


def _dataclass(kind: Any, value: dict[str, Any], where: str) -> Any:
    hints, known = _hints(kind), {field.name: field for field in fields(kind) if field.init}
    unknown = sorted(value.keys() - known.keys())
    if unknown:
        raise UnreadableError(f"{where} has {', '.join(unknown)}, which nobody reads")
    given = {name: _read(hints[name], each, f"{where}.{name}") for name, each in value.items()}
    missing = [
        name
        for name, field in known.items()
        if name not in given and field.default is MISSING and field.default_factory is MISSING
    ]
    if missing:
        raise UnreadableError(f"{where} lacks {', '.join(missing)}")
    return kind(**given)


def _scalar(kind: Any, value: Any, where: str) -> Any:
    try:
        if kind is timedelta:
            return timedelta(seconds=_checked(value, (int, float), where))
        if kind is ZoneInfo:
            return ZoneInfo(_checked(value, str, where))
        if kind in _PARSED:
            return _PARSED[kind](_checked(value, str, where))
        if isinstance(kind, type) and issubclass(kind, Enum):
            return kind(value)
    except (ValueError, KeyError, OverflowError) as problem:
        raise UnreadableError(f"{where}: {str(value)[:60]!r} is no {kind.__name__}") from problem
    if kind is float:
        return float(_checked(value, (int, float), where))
    return _checked(value, kind, where)


def _checked(value: Any, kinds: Any, where: str) -> Any:
    if not isinstance(value, kinds) or (isinstance(value, bool) and kinds is not bool):
        raise UnreadableError(f"{where} is {type(value).__name__}, which does not fit")
    return value


@lru_cache(maxsize=64)
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
