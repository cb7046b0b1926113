"""Bounded log files for programs that write to a file they were given."""

import shutil
from pathlib import Path

LARGEST = 10 * 1024 * 1024  # bytes; and as much again for the part before


def bound(path: Path, largest: int = LARGEST) -> bool:
    """Move the content of a file that has grown too large to NAME.1. True if that was done.

    The writer keeps its handle: it appends, so it goes on at the start of the emptied file. Lines written between
    the copy and the cut are lost. Where the disk is full they all are: a log must not stop what it tells of.
    """
    try:
        if path.stat().st_size <= largest:
            return False
    except FileNotFoundError:
        return False
    before = path.with_name(f"{path.name}.1")
    try:
        shutil.copyfile(path, before)
    except OSError:
        before.unlink(missing_ok=True)
    with path.open("r+b") as handle:
        handle.truncate(0)
    return True
