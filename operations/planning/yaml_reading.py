"""YAML of people, read without trust: no tags, and depth, size and aliases bounded; duplicate keys are named.

Values are built from the parser's events with a stack of our own: the usual composer recurses, and an alias that is
named often would be cheap to write and huge to walk. Words mean what dcmanager's own loader (YAML 1.1) makes of them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

DEEPEST = 32
MOST_NODES = 200_000
LONGEST_TEXT = 1_000_000  # characters
LARGEST = 2**63  # of whole numbers; larger ones stay text
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CORE = "tag:yaml.org,2002:"
_CORE_TAGS = {None, *(_CORE + each for each in ("str", "int", "float", "bool", "null", "seq", "map"))}
_RESOLVERS = yaml.SafeLoader.yaml_implicit_resolvers
_CONSTRUCT = yaml.constructor.SafeConstructor()
_MERGE = "<<"


class BadYaml(ValueError):
    """A text that is not the YAML we take; the message says where and what to do."""


class Plain(str):
    """A text with a placeholder and without quotes: it may become a number."""

    __slots__ = ()


@dataclass(slots=True)
class Loaded:
    """The documents of a text, and keys that appear twice ("line 7: key a stands twice")."""

    documents: list[object] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Open:
    """A collection that has not ended yet."""

    value: dict[str, object] | list[object]
    anchor: str | None
    nodes_before: int
    key: str | None = None
    merged: list[dict[str, object]] = field(default_factory=list)


def load_yaml(text: str, *, typed: bool = True, most_nodes: int = MOST_NODES, longest: int = LONGEST_TEXT) -> Loaded:
    """All documents of the text. `typed` False leaves every scalar as the text that was written, null as "".

    Raises BadYaml.
    """
    if len(text) > longest:
        raise BadYaml(f"more than {longest} characters; make it shorter.")
    builder = _Builder(typed=typed, most_nodes=most_nodes)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except yaml.YAMLError as error:
        raise BadYaml(_said(error)) from None
    except UnicodeEncodeError:
        raise BadYaml("a character that cannot be written as UTF-8.") from None
    return builder.loaded


def _said(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    said = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML")[:200]
    return f"line {mark.line + 1}, column {mark.column + 1}: {said}." if mark else f"{said}."


class _Builder:
    """Takes the events of yaml.parse one by one."""

    def __init__(self, *, typed: bool, most_nodes: int) -> None:
        self.loaded = Loaded()
        self._typed = typed
        self._most_nodes = most_nodes
        self._nodes = 0
        self._stack: list[_Open] = []
        self._anchored: dict[str, tuple[object, int]] = {}  # value, nodes in it

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._count(event, 1)
            self._refuse_tag(event)
            value = _scalar(event) if self._typed else _written(event)
            if event.anchor:
                self._anchored[event.anchor] = (value, 1)
            self._put(value, event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._count(event, 1)
            self._refuse_tag(event)
            self._begin(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._end(event)
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._anchored.clear()

    def _count(self, event: yaml.Event, nodes: int) -> None:
        self._nodes += nodes
        if self._nodes > self._most_nodes:
            raise BadYaml(f"{_at(event)}: more than {self._most_nodes} values, aliases written out.")

    def _refuse_tag(self, event: yaml.NodeEvent) -> None:
        tag = getattr(event, "tag", None)
        if tag not in _CORE_TAGS:
            raise BadYaml(f"{_at(event)}: the tag {str(tag)[:80]!a} is not taken; write plain values.")

    def _begin(self, event: yaml.CollectionStartEvent) -> None:
        if len(self._stack) >= DEEPEST:
            raise BadYaml(f"{_at(event)}: nested more than {DEEPEST} deep.")
        self._refuse_as_key(event)
        value: dict[str, object] | list[object] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._stack.append(_Open(value, event.anchor, self._nodes - 1))

    def _end(self, event: yaml.Event) -> None:
        done = self._stack.pop()
        if isinstance(done.value, dict):
            for merged in done.merged:
                done.value.update({key: value for key, value in merged.items() if key not in done.value})
        if done.anchor:
            self._anchored[done.anchor] = (done.value, self._nodes - done.nodes_before)
        self._put(done.value, event)

    def _alias(self, event: yaml.AliasEvent) -> None:
        self._refuse_as_key(event)
        if event.anchor not in self._anchored:
            raise BadYaml(f"{_at(event)}: *{str(event.anchor)[:40]} names nothing that ended before it.")
        value, nodes = self._anchored[event.anchor]
        self._count(event, nodes)
        self._put(value, event)

    def _refuse_as_key(self, event: yaml.Event) -> None:
        if self._stack and isinstance(self._stack[-1].value, dict) and self._stack[-1].key is None:
            raise BadYaml(f"{_at(event)}: a key must be text.")

    def _put(self, value: object, event: yaml.Event) -> None:
        if not self._stack:
            self.loaded.documents.append(value)
            return
        place = self._stack[-1]
        if isinstance(place.value, list):
            place.value.append(value)
        elif place.key is None:
            self._key(place, value, event)
        else:
            self._entry(place, place.value, value, event)

    def _key(self, place: _Open, value: object, event: yaml.Event) -> None:
        if not isinstance(value, str) or not value:
            raise BadYaml(f"{_at(event)}: the key {str(value)[:40]!a} is not text; put it in quotes.")
        if value in place.value:
            self.loaded.duplicates.append(f"{_at(event)}: the key {value[:80]!a} stands twice.")
        place.key = str(value)

    def _entry(self, place: _Open, mapping: dict[str, object], value: object, event: yaml.Event) -> None:
        key, place.key = place.key or "", None
        if key != _MERGE:
            mapping[key] = value
            return
        for merged in value if isinstance(value, list) else [value]:
            if not isinstance(merged, dict):
                raise BadYaml(f"{_at(event)}: << needs a mapping.")
            place.merged.append(merged)


def _at(event: yaml.Event) -> str:
    return f"line {event.start_mark.line + 1}" if event.start_mark else "somewhere"


def _written(event: yaml.ScalarEvent) -> str:
    text: str = event.value
    return "" if not event.style and _tag_of(text) == _CORE + "null" else text


def _scalar(event: yaml.ScalarEvent) -> object:
    """What YAML 1.1 makes of it; dates stay text, and so does what is no finite number."""
    text: str = event.value
    tag = event.tag or (_tag_of(text) if event.implicit[0] else None)
    if tag == _CORE + "null":
        return None
    if tag in (_CORE + "int", _CORE + "float", _CORE + "bool"):
        return _constructed(tag, text)
    return Plain(text) if "${" in text and not event.style else text


def _constructed(tag: str, text: str) -> object:
    node = yaml.ScalarNode(tag, text)
    try:
        if tag.endswith("bool"):
            return bool(_CONSTRUCT.construct_yaml_bool(node))
        if tag.endswith("int"):
            whole = int(_CONSTRUCT.construct_yaml_int(node))
            return whole if abs(whole) < LARGEST else text
        number = float(_CONSTRUCT.construct_yaml_float(node))
    except (ValueError, KeyError, IndexError, OverflowError):
        return text
    return number if math.isfinite(number) else text


def _tag_of(text: str) -> str | None:
    return next((tag for tag, pattern in _resolvers(text) if pattern.match(text)), None)


def _resolvers(text: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    yield from _RESOLVERS.get(text[:1], ())
    yield from _RESOLVERS.get(None, ())
