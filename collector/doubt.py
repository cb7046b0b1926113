"""A list of subclouds that tells of a fleet gone overnight is asked for twice before it makes history."""

from collections.abc import Mapping

FEW = 3  # that many may go at once in any fleet, as long as some stay


def believable(known: Mapping[int, str], told: Mapping[int, str], previous_doubt: Mapping[int, str] | None) -> bool:
    """Whether a complete list may be recorded. All three are region names by dcmanager id.

    `known` is what stands, `told` the list, `previous_doubt` the complete list before it if that one was doubted. In
    doubt is a list that lacks more than half of what stands and more than a few, or has another subcloud in their
    place, and one that is empty where something stands. The second equal one is believed.
    """
    if told == previous_doubt:
        return True
    lost = len(known) - kept(known, told)
    return not lost or (bool(told) and (lost <= FEW or 2 * lost <= len(known)))


def kept(known: Mapping[int, str], told: Mapping[int, str]) -> int:
    """How many of what stands the list names: by id, with the same region name."""
    return sum(told.get(number) == region for number, region in known.items())
