"""The way to a demo that answers: each step begins something, and says when it is done."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

from dcportal.database.dsn import POINTER
from dcportal.demo.answers import ask
from dcportal.demo.options import Options
from processes.child import Child, Program

SWEEPS = ("t0", "t1", "t2")


class StepFailedError(Exception):
    """A step cannot be done; the message says why."""


@dataclass(slots=True)
class Step:
    """`done` is asked a few times a second; `begin` may be nothing. `doing` tells how far a long one is."""

    name: str
    done: Callable[[], bool]
    begin: Callable[[], None] = lambda: None
    doing: Callable[[], str] = lambda: ""


def database(options: Options, start: Callable[[str], None]) -> Step:
    pointer = options.var / POINTER

    def answers() -> bool:
        if not pointer.exists():
            return False
        try:
            psycopg.connect(pointer.read_text(encoding="utf-8"), connect_timeout=3).close()
        except psycopg.OperationalError:  # not yet
            return False
        return True

    return Step("PostgreSQL", answers, lambda: start("database"))


def simulator(options: Options, start: Callable[[str], None]) -> Step:
    def ready() -> bool:
        return ask(f"{options.simulator_url}/_control/health")[0] == 200

    clouds = f"simulated fleet, {options.subclouds} subclouds of {options.controllers} controllers"
    return Step(clouds, ready, lambda: start("simulator"))


@dataclass(slots=True)
class Setup:
    """The program that runs once on the way, and must end well."""

    program: Program
    child: Child | None = None

    def begin(self) -> None:
        if self.program.log is not None:
            self.program.log.unlink(missing_ok=True)  # its last words are to be of this run
        self.child = Child(self.program)

    def done(self) -> bool:
        if self.child is None or self.child.alive:
            return False
        if self.child.exit_code:
            raise StepFailedError(f"{self.child.last_words()} (all of it in {self.program.log})")
        return True

    def stop(self) -> None:
        if self.child is not None:
            self.child.stop()


def web(options: Options, start: Callable[[str], None]) -> Step:
    def begin() -> None:
        for name in ("web", "collector", "worker"):
            start(name)

    return Step("pages answer", lambda: ask(f"{options.url}/healthz")[0] == 200, begin)


def first_look(options: Options) -> Step:
    """The fleet has been looked at once on every tier, and a collector of this start is at work."""
    began = time.monotonic()

    def answer() -> dict[str, Any]:
        _, body = ask(f"{options.url}/readyz")
        return body if isinstance(body, dict) else {}

    def done() -> bool:
        body = answer()
        age = body.get("collector_age")
        fresh = age is not None and age < time.monotonic() - began
        return fresh and all(body.get("sweeps", {}).get(name) for name in SWEEPS)

    def doing() -> str:
        sweeps = answer().get("sweeps", {})
        return ", ".join(f"{name.upper()} {'done' if sweeps.get(name) else 'under way'}" for name in SWEEPS)

    return Step("first look at the whole fleet (T0, T1, T2)", done, doing=doing)


def way(options: Options, start: Callable[[str], None], setup: Setup, *, own_database: bool) -> Iterator[Step]:
    """All steps in order. The fleet takes a while to come up: it begins first, and is waited for second."""
    fleet = simulator(options, start)
    fleet.begin()
    if own_database:
        yield database(options, start)
    yield Step(fleet.name, fleet.done)
    yield Step("database schema, users, controllers", setup.done, setup.begin)
    yield web(options, start)
    yield first_look(options)
