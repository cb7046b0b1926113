"""Keeps one program running: a small state machine, driven by whoever calls `look` a few times a second.

idle --start--> running --died--> waiting --time is up--> running
running | waiting --stop--> idle
"""

import time
from collections.abc import Callable
from enum import StrEnum

from processes.backoff import Backoff
from processes.child import Child, Program


class State(StrEnum):
    IDLE = "idle"
    RUNNING = "running"
    WAITING = "waiting"


class Keeper:
    """`say` is told, in one line each, of every death and of every stop that had to be forced."""

    def __init__(self, program: Program, say: Callable[[str], None], backoff: Backoff | None = None) -> None:
        self.program = program
        self.say = say
        self.backoff = backoff or Backoff()
        self.child: Child | None = None
        self.start_at: float | None = None

    @property
    def state(self) -> State:
        if self.child is not None:
            return State.RUNNING
        return State.IDLE if self.start_at is None else State.WAITING

    def start(self) -> None:
        self.start_at = None
        self.child = Child(self.program)

    def look(self, now: float) -> None:
        """Notice a death, and start again when the wait is over. `now` is of time.monotonic()."""
        if self.child is not None and not self.child.alive:
            self._died(self.child, now)
        elif self.start_at is not None and now >= self.start_at:
            self.start()

    def _died(self, child: Child, now: float) -> None:
        delay = self.backoff.after(now - child.started_at)
        code, name = child.exit_code or 0, self.program.name
        how = f"killed by signal {-code}" if code < 0 else f"ended with {code}"
        child.kill()  # what it had started must not work on beside its successor
        self.say(f"{name} {how}; starting it again in {delay:.1f} s ({child.last_words()})")
        self.child, self.start_at = None, now + delay

    def restart(self, why: str) -> None:
        """Kill the whole group now; the next looks start it again."""
        if self.child is not None:
            self.say(f"{self.program.name}: {why}")
            self.child.kill()
            self._died(self.child, time.monotonic())

    def ask_to_stop(self) -> None:
        if self.child is not None:
            self.child.ask_to_stop()

    def stop(self) -> None:
        """Return when neither the program nor anything of its group runs any more."""
        if self.child is not None and not self.child.stop():
            self.say(f"{self.program.name} did not stop within {self.program.patience:.0f} s: killed")
        self.child = self.start_at = None
