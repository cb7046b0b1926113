"""A list of subclouds that lacks some of the fleet is asked for twice before it makes history.

A dcmanager that restarts, or reads a database that does, answers with part of its fleet, and who believes it ends the
alarms of the rest. dcmanager removes only what is unmanaged; so one or two that were may go at once.
"""

from collections.abc import Collection, Mapping

FEW = 2  # of those that dcmanager would remove, that many may go at once


def missing(known: Mapping[int, str], told: Mapping[int, str]) -> frozenset[int]:
    """dcmanager ids of what stands and is not told, or with another region name. Both are region names by id."""
    return frozenset(number for number, region in known.items() if told.get(number) != region)


def believable(lost: frozenset[int], told: int, removable: Collection[int], doubted: frozenset[int] | None) -> bool:
    """Whether a complete list may be recorded.

    `lost` is missing() from it, `told` how many it names, `removable` those that were unmanaged when last seen,
    `doubted` what was missing from the list before it if that was not believed. A second list that lacks no others
    is believed.
    """
    if not lost or (doubted is not None and lost <= doubted):
        return True
    return bool(told) and len(lost) <= FEW and lost <= frozenset(removable)
