"""One child process in a session of its own, writing to a log of its own."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from processes.lifeline import die_with_parent


@dataclass(frozen=True, slots=True)
class Program:
    """What to run. `patience`: seconds from the request to stop until the whole group is killed.

    Without a `log` it writes where we do.
    """

    name: str
    command: tuple[str, ...]
    log: Path | None
    environment: Mapping[str, str] = field(default_factory=dict)  # added to ours
    folder: Path | None = None
    patience: float = 15.0


def _appending(path: Path) -> IO[bytes]:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("ab")


class Child:
    """A started Program. Made in the main thread only (see lifeline)."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.started_at = time.monotonic()
        with contextlib.ExitStack() as opened:
            log = opened.enter_context(_appending(program.log)) if program.log else None
            self._process = subprocess.Popen(
                program.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=program.folder,
                env={**os.environ, **program.environment},
                start_new_session=True,  # Ctrl-C reaches us alone, and the group can be killed as one
                preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509 - callers have one thread
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """What it ended with; negative: the signal that ended it; None while it runs."""
        return self._process.poll()

    def ask_to_stop(self) -> None:
        if self.alive:
            self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the child and all it has started, at once."""
        with contextlib.suppress(ProcessLookupError):  # none of the group is left
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> bool:
        """Ask it to stop, wait, kill what is left of its group. True if it stopped when asked."""
        self.ask_to_stop()
        try:
            self._process.wait(self.program.patience)
            return True
        except subprocess.TimeoutExpired:
            return False
        finally:
            self.kill()

    def last_words(self) -> str:
        """The last line of its log."""
        if self.program.log is None:
            return "see above"
        try:
            lines = self.program.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        except OSError as error:
            return f"its log cannot be read: {error.strerror}"
        return lines[-1][:300] if lines else "it said nothing"
