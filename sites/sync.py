"""Our own aggregate of a subcloud's sync statuses. dcmanager's calls unknown beside in-sync "out-of-sync"."""

from collections.abc import Iterable

IN_SYNC = "in-sync"
OUT_OF_SYNC = "out-of-sync"
UNKNOWN = "unknown"


def aggregate(statuses: Iterable[str]) -> str:
    """out-of-sync if any is; else in-sync if all are; else unknown. A word we do not know counts as unknown.

    Empty when nothing was told.
    """
    words = set(statuses)
    if not words:
        return ""
    if OUT_OF_SYNC in words:
        return OUT_OF_SYNC
    return IN_SYNC if words == {IN_SYNC} else UNKNOWN
