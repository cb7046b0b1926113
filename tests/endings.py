"""Has a process ended, and what had it started?"""

import os
from collections.abc import Callable
from pathlib import Path


def gone(process: int) -> Callable[[], bool]:
    """Condition: no process of that number runs any more; one that only waits to be reaped has ended."""

    def check() -> bool:
        try:
            os.kill(process, 0)
            return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
        except (ProcessLookupError, FileNotFoundError):
            return True

    return check


def children_of(process: int) -> list[int]:
    """Numbers of its direct children, in the order of their start as far as numbers tell."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                if _parent_of(folder) == process:
                    found.append(int(folder.name))
            except (FileNotFoundError, ProcessLookupError):
                continue
    return sorted(found)


def _parent_of(folder: Path) -> int:
    return int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
