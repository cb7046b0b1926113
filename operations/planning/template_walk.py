"""One walk over a template's documents: which columns they name, where secrets go in, and what may not stand there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from operations.planning.paths import Path, written
from operations.planning.placeholders import find, may_vanish
from operations.planning.problems import Problem
from operations.planning.secret_names import looks_secret, names_secret

KUBERNETES_SECRET_KEYS = ("data", "stringData")


@dataclass(slots=True)
class Found:
    """What a walk has found. `touched`: see Filling."""

    required: dict[str, Path] = field(default_factory=dict)
    optional: dict[str, Path] = field(default_factory=dict)
    slots: list[Path] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    touched: dict[int, tuple[str | int, ...]] = field(default_factory=dict)

    def walk(self, value: object, path: Path, *, secret: bool = False) -> bool:
        """Whether there is a placeholder in it. `secret`: the key above names one. At most as deep as YAML may be."""
        if isinstance(value, Mapping):
            places = [key for key in value if self._entry(value, key, path, secret)]
        elif isinstance(value, list | tuple):
            places = self._items(value, path, secret)
        else:
            return self._scalar(value, path, secret)
        if places:
            self.touched[id(value)] = tuple(places)
        return bool(places)

    def _items(self, items: Sequence[object], path: Path, secret: bool) -> list[int]:
        before = len(self.slots)
        places = [n for n, each in enumerate(items) if self.walk(each, (*path, n), secret=secret)]
        if len(self.slots) > before and any(isinstance(each, str) and may_vanish(each) for each in items):
            self._complain(path, "A list with a secret in it cannot have an item that may be left out (${column?}).")
        return places

    def _entry(self, mapping: Mapping[str, object], key: str, path: Path, secret: bool) -> bool:
        if "${" in key:
            self._complain((*path, key), "A placeholder cannot stand in a key, only in a value.")
        value = mapping[key]
        if is_kubernetes_secret(mapping) and key in KUBERNETES_SECRET_KEYS and isinstance(value, Mapping):
            secret = True
        else:
            secret = secret or _is_secret(path, key, value)
        return self.walk(value, (*path, key), secret=secret)

    def _scalar(self, value: object, path: Path, secret: bool) -> bool:
        if secret and value in (None, ""):
            self.slots.append(path)
            return False
        if secret:
            self._complain(path, "A template may hold no secret: leave the value blank, and give it for the run.")
            return False
        if not isinstance(value, str):
            return False
        if looks_secret(value):
            self._complain(path, "This looks like a private key or a password: a template may hold no secret.")
        return self._placeholders(value, path)

    def _placeholders(self, text: str, path: Path) -> bool:
        if "${" not in text:
            return False
        placeholders, fine = find(text)
        if not fine:
            self._complain(
                path, "A placeholder is not well written; write ${column}, ${column?} or, for the text, $${."
            )
        for each in placeholders:
            if names_secret(each.column):
                self._complain(path, "A placeholder names a secret: leave the value blank, and give it for the run.")
            (self.optional if each.optional else self.required).setdefault(each.column, path)
        return True

    def _complain(self, path: Path, message: str) -> None:
        self.problems.append(Problem(written(path), message))


def is_kubernetes_secret(mapping: Mapping[str, object]) -> bool:
    """Whether this is a Kubernetes Secret, of which every value is one, whatever its key."""
    return mapping.get("kind") == "Secret"


def _is_secret(path: Path, key: str, value: object) -> bool:
    if isinstance(value, Mapping):
        return False  # its own keys say
    refers = path[-1:] == ("password",) and key == "secret"  # Deployment Manager names a Secret so
    return names_secret(key) and not refers
