"""Why a site does not take part in a campaign now, or only alone: a stable key, a sentence, and what it means."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Effect(StrEnum):
    """EXCLUDE: a person must do something first. HOLD: it may clear, then the site takes part. ALONE: it takes part,
    in a strategy of its own."""

    EXCLUDE = "exclude"
    HOLD = "hold"
    ALONE = "alone"


@dataclass(frozen=True, slots=True)
class Reason:
    """`key` never changes: filters, counts and tests go by it. `remedy`: what the portal itself could do about it,
    "backup", "prestage", or ""."""

    key: str
    sentence: str
    effect: Effect
    remedy: str = ""

    @property
    def stands_against(self) -> bool:
        return self.effect is not Effect.ALONE

    @property
    def may_clear(self) -> bool:
        return self.effect is Effect.HOLD


def exclude(key: str, sentence: str) -> Reason:
    return Reason(key, sentence, Effect.EXCLUDE)


def hold(key: str, sentence: str, remedy: str = "") -> Reason:
    return Reason(key, sentence, Effect.HOLD, remedy)


def is_eligible(reasons: Iterable[Reason]) -> bool:
    return not any(reason.stands_against for reason in reasons)


def is_alone(reasons: Iterable[Reason]) -> bool:
    return any(reason.effect is Effect.ALONE for reason in reasons)


def is_held(reasons: Iterable[Reason]) -> bool:
    """Not eligible now, and everything that stands against it may clear."""
    against = [reason for reason in reasons if reason.stands_against]
    return bool(against) and all(reason.may_clear for reason in against)
