"""Tiny real programs for the tests of this package, started with `python -c`."""

import sys
from pathlib import Path

from processes.child import Program

SLEEPER = "import signal; signal.pause()"
STUBBORN = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
signal.pause()
"""
DYING = "import sys; print('my last words', flush=True); sys.exit(3)"
# Starts a child of its own, tells its number, and waits.
PARENT = """
import signal, subprocess
print(subprocess.Popen(["sleep", "600"]).pid, flush=True)
signal.pause()
"""


def python(code: str, log: Path, patience: float = 10.0) -> Program:
    return Program("tiny", (sys.executable, "-c", code), log, patience=patience)


def number_in(log: Path) -> int | None:
    """The number a program has printed, once it has."""
    text = log.read_text().strip()
    return int(text) if text.isdigit() else None
