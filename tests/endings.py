"""Has a process ended?"""

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
