"""Starts everything, keeps it running, and takes all of it down again."""

import os
import signal
import time
from collections.abc import Callable
from types import FrameType

from dcportal.demo import programs, steps
from dcportal.demo.accounts import PASSWORD_FILE, ROLES, TOKEN_FILE
from dcportal.demo.options import Options
from dcportal.demo.steps import Step, StepFailedError
from processes import logs
from processes.keeper import Keeper

TICK = 0.1  # seconds
LOGS_EVERY = 5.0
SPEAK_EVERY = 15.0  # while a step takes long
TOO_OFTEN = 5  # deaths of one program before the demo has started at all


class StopAskedError(Exception):
    """Ctrl-C or SIGTERM."""


class Demo:
    """For the main thread only: children follow the thread that starts them."""

    def __init__(self, options: Options, say: Callable[[str], None]) -> None:
        self.options = options
        self.say = say
        self.own_database = not os.environ.get("DATABASE_URL")
        chosen = programs.all_of(options, own_database=self.own_database)
        self.keepers = {name: Keeper(program, say) for name, program in chosen.items()}
        self.setup = steps.Setup(programs.setup(options))
        self.asked_to_stop = False
        self.logs_at = 0.0

    def run(self) -> None:
        """Until told to stop. Raises StepFailedError if the demo cannot be brought up."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        began = time.monotonic()
        try:
            for step in steps.way(self.options, self.start, self.setup, own_database=self.own_database):
                self._take(step)
            self._announce(time.monotonic() - began)
            while True:
                self.look()
        except StopAskedError:
            self.say("stopping …")
        finally:
            self.stop()

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        self.asked_to_stop = True

    def start(self, name: str) -> None:
        self.keepers[name].start()

    def look(self) -> None:
        """One turn: restart what died, bound the logs. Raises StopAskedError."""
        if self.asked_to_stop:
            raise StopAskedError
        now = time.monotonic()
        for keeper in self.keepers.values():
            keeper.look(now)
        if now >= self.logs_at:
            self.logs_at = now + LOGS_EVERY
            for path in (self.options.var / "log").glob("*.log"):
                logs.bound(path)
        time.sleep(TICK)

    def _take(self, step: Step) -> None:
        """Begin a step and wait for its end; the programs already started are looked after meanwhile."""
        began = time.monotonic()
        speak_at = began + SPEAK_EVERY
        step.begin()
        while not step.done():
            self.look()
            self._give_up_on_hopeless()
            if time.monotonic() >= speak_at:
                speak_at += SPEAK_EVERY
                self.say(f"  … {step.name}: {step.doing() or 'not yet'} ({time.monotonic() - began:.0f} s)")
        self.say(f"  {step.name}: {time.monotonic() - began:.1f} s")

    def _give_up_on_hopeless(self) -> None:
        for name, keeper in self.keepers.items():
            if keeper.backoff.failures >= TOO_OFTEN:
                raise StepFailedError(f"{name} does not stay up, see {keeper.program.log}")

    def _announce(self, seconds: float) -> None:
        var = self.options.var
        password = (var / PASSWORD_FILE).read_text(encoding="ascii").strip()
        self.say(f"sign in as {', '.join(ROLES)} with the password {password}")
        self.say(f"an administrator's API token is in {var / TOKEN_FILE}, logs are in {var / 'log'}; Ctrl-C stops")
        self.say(f"ready: {self.options.url} ({seconds:.1f} s)")

    def stop(self) -> None:
        """What uses the database first, all at once; the database last."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave half of it behind
        self.setup.stop()
        users = [keeper for name, keeper in reversed(self.keepers.items()) if name != "database"]
        for keeper in users:
            keeper.ask_to_stop()
        for keeper in users:
            keeper.stop()
        if "database" in self.keepers:
            self.keepers["database"].stop()
