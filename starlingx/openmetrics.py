"""Reads the few series we need out of an exporter's OpenMetrics text. What is not a sample line is passed over."""

from __future__ import annotations

import math
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass

from starlingx.rows import INT64

MOST_LINES = 200_000
LONGEST_LINE = 4096

_SAMPLE = re.compile(r"([A-Za-z_:][\w:]*)\{((?:[^\"}]|\"(?:[^\"\\]|\\.)*\")*)\}\s+(\S+)")
_LABEL = re.compile(r"([A-Za-z_]\w*)=\"((?:[^\"\\]|\\.)*)\"")
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of one series; None when it is no whole number a counter could have."""

    name: str
    labels: dict[str, str]
    value: int | None


def samples(text: str, wanted: Container[str]) -> Iterator[Sample]:
    """The samples with labels whose names are wanted, in order."""
    for line in text.splitlines()[:MOST_LINES]:
        if line.startswith("#") or len(line) > LONGEST_LINE or line.partition("{")[0] not in wanted:
            continue
        match = _SAMPLE.match(line)
        if match:
            labels = {name: _ESCAPED.sub(_unescaped, value) for name, value in _LABEL.findall(match[2])}
            yield Sample(match[1], labels, _count(match[3]))


def _unescaped(match: re.Match[str]) -> str:
    return "\n" if match[1] == "n" else match[1]


def _count(text: str) -> int | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return int(value) if math.isfinite(value) and 0 <= value <= INT64 else None
