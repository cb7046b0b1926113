"""What is wrong with what somebody gave, said so that they can mend it; and a reader that collects all of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from operations.planning.addresses import Address, BadAddress, Network, read_addresses, read_networks

SHOWN_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Problem:
    """`field` is a column of the sheet, or a key such as `bootstrap_values/management_subnet`."""

    field: str
    message: str


def shown(value: object) -> str:
    """A value as it may stand in a sentence: quoted, bounded, without control characters."""
    text = str(value)
    if len(text) > SHOWN_LENGTH:
        text = text[: SHOWN_LENGTH - 1] + "…"
    return '"' + "".join(character if character.isprintable() else "�" for character in text) + '"'


def listed(words: Iterable[object], most: int = 12) -> str:
    """`a, b, c` in the given order; what is over `most` is counted only."""
    texts = [str(word) for word in words]
    rest = len(texts) - most
    return ", ".join(texts[:most]) + (f" and {rest} more" if rest > 0 else "")


class Values:
    """Reads the keys of one document; whatever does not fit becomes a problem, and the answer is empty."""

    def __init__(self, document: str, values: Mapping[str, object]) -> None:
        self._document = document
        self._values = values
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []

    def field(self, key: str) -> str:
        return f"{self._document}/{key}"

    def complain(self, key: str, message: str) -> None:
        self.problems.append(Problem(self.field(key), message))

    def warn(self, key: str, message: str) -> None:
        self.warnings.append(Problem(self.field(key), message))

    def has(self, key: str) -> bool:
        """Whether there is something to read: null and blank text count as nothing."""
        value = self._values.get(key)
        return bool(value.strip()) if isinstance(value, str) else value is not None

    def no_blanks(self, keys: Iterable[str]) -> None:
        """Complains of keys that are there with nothing behind them, which dcmanager reads all the same. Once: ask when
        the rest is judged."""
        told = {problem.field for problem in self.problems}
        for key in keys:
            if key in self._values and not self.has(key) and self.field(key) not in told:
                self.complain(key, f"{key} is empty; fill it in, or take the key out.")

    def raw(self, key: str) -> object:
        return self._values.get(key)

    def text(self, key: str, *, needed: bool = False, longest: int = 255) -> str:
        """The text of `key`; "" when there is none, and then a problem when it is needed."""
        if not self.has(key):
            if needed:
                self.complain(key, f"{key} is missing.")
            return ""
        value = self.raw(key)
        if not isinstance(value, str):
            self.complain(key, f"{key} must be text; put it in quotes.")
            return ""
        if len(value) > longest:
            self.complain(key, f"{key} has {len(value)} characters; at most {longest} are stored.")
            return ""
        return value.strip()

    def whole(self, key: str, *, needed: bool = False, strict: bool = False) -> int | None:
        """The whole number of `key`, also when it is written as text, unless `strict`; None when there is none."""
        text = str(self.raw(key)).strip() if self.has(key) else ""
        if not text and needed:
            self.complain(key, f"{key} is missing.")
        if not text:
            return None
        if isinstance(self.raw(key), bool) or not (text.isascii() and text.removeprefix("-").isdigit()):
            self.complain(key, f"{key} must be a whole number, not {shown(text)}.")
            return None
        if strict and isinstance(self.raw(key), str):
            self.complain(key, f"{key} must be a number and not text; take its quotes away.")
            return None
        if len(text) > 18:
            self.complain(key, f"{key} is too large a number.")
            return None
        return int(text)

    def addresses(self, key: str, *, needed: bool = False) -> tuple[Address, ...]:
        """One address, or two of different families; () when there is none or it is no good."""
        text = self.text(key, needed=needed)
        try:
            return read_addresses(text) if text else ()
        except BadAddress as bad:
            self.complain(key, f"{key}: {bad}")
            return ()

    def networks(self, key: str, *, needed: bool = False) -> tuple[Network, ...]:
        """One subnet, or two of different families; () when there is none or it is no good."""
        text = self.text(key, needed=needed)
        try:
            return read_networks(text) if text else ()
        except BadAddress as bad:
            self.complain(key, f"{key}: {bad}")
            return ()
