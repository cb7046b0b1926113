"""Bounded log files for programs that write to a file they were given."""

import shutil
from pathlib import Path

LARGEST = 10 * 1024 * 1024  # bytes; and as much again for the part before


def bound(path: Path, largest: int = LARGEST) -> bool:
    """Move the content of a file that has grown too large to NAME.1. True if that was done.

    The writer keeps its handle: it appends, so it goes on at the start of the emptied file. Lines written between
    the copy and the cut are lost.
    """
    try:
        if path.stat().st_size <= largest:
            return False
    except FileNotFoundError:
        return False
    shutil.copyfile(path, path.with_name(f"{path.name}.1"))
    with path.open("r+b") as handle:
        handle.truncate(0)
    return True
