"""How long a batch that could begin waits for a site, by what stands against the site now.

What a look of the collector will tell soon, and work that is about to end, must not cost a site its turn; what stands
against it for certain, like an alarm, does at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from operations.campaigns.chain import AHEAD, READ_BEFORE
from operations.campaigns.reasons import Reason

FACTS = timedelta(minutes=5)  # of real time, however fast a demo goes: so the collector reads
NO_END = timedelta.max  # nothing can be said of any site of that System Controller

_CONTROLLER = frozenset({"controller-unreachable", "controller-stale", "controller-unknown"})
_ALL_IS_OLD = frozenset({"stale", "never-seen"})
_OF_NEIGHBOURS = frozenset({"neighbour-down", "neighbour-unknown"})  # a cut line or a restart is often over soon
_BY_A_LOOK = _ALL_IS_OLD | {
    "alarms-stale", "alarms-unknown", "ceph-stale", "health-unknown", "health-stale", "kubernetes-unknown",
    "releases-unknown", READ_BEFORE,
}  # fmt: skip
_SOON_TOLD = _BY_A_LOOK | _OF_NEIGHBOURS
_BY_BACKUP, _AT_WORK = frozenset({"no-backup", "backup-old"}), frozenset({"busy", "backup-running"})
_SOON_OVER = frozenset({"busy", "backup-running", "prestage-running", "deploy-running"})


def is_soon_told(reasons: Iterable[Reason]) -> bool:
    """Whether all that stands against the site is that a look of the collector is missing, or too long ago, or that the
    campaign ahead is to be done there first."""
    keys = {reason.key for reason in reasons if reason.stands_against}
    return bool(keys) and keys <= _BY_A_LOOK | {AHEAD}


def patience(reasons: Iterable[Reason], work: timedelta) -> timedelta:
    """`reasons`: those that stand against the site. `work`: how long work of others at it is waited for."""
    keys = {reason.key for reason in reasons}
    if keys & _AT_WORK:
        keys -= _BY_BACKUP  # perhaps it is just being made
    if keys & _CONTROLLER:
        return NO_END
    if keys & _ALL_IS_OLD:
        return FACTS
    if not keys or not keys <= _SOON_TOLD | _SOON_OVER:
        return timedelta(0)
    return max(work, FACTS) if keys & _SOON_OVER else FACTS
