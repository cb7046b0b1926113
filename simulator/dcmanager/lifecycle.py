"""How work on a subcloud goes: a plan of steps, what troubles it, and so which status stands at any time.

A status column (deploy, backup, prestage) is a `Lane`: what it was settled as, and the `Run` under way. Nothing
ticks: `course(run, troubles)` is the whole story of a run, past and future, as a pure function, and `standing(lane,
troubles, at)` is where it is at an instant. A later command only ever replaces the run; `settle` then writes down
what had been reached. Troubles that arrive later change only what comes after them.

All times are seconds since 1970, wall clock; durations are already divided by `--speed`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.identity import stable_fraction

NO_ERRORS = "No errors present"
ENDED = object()


@dataclass(frozen=True, slots=True)
class Step:
    """One status and how long it stands.

    `phase` is what faults call it, "" for a step that nothing can trouble; `fails_as` the status it leaves behind
    when it fails.
    """

    status: str
    seconds: float
    phase: str = ""
    fails_as: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of work, from the request to its last status.

    The column keeps its old value for `queued` seconds, until the manager takes the work up. `seed` draws where a
    failure strikes. With `clears_error` the error text is wiped when it begins. The site stops running when the status
    `takes_down` comes, and runs again `brings_up` seconds after the end (None: the run does not bring it up).
    `last_words` is an error text to leave at the end, None for none. `writes` are further columns and what they hold
    once the run has ended as it should; ENDED stands for the time of that.
    """

    asked_at: float
    steps: tuple[Step, ...]
    ends_as: str | None
    seed: str
    queued: float = 0.0
    clears_error: bool = True
    takes_down: str = ""
    brings_up: float | None = None
    last_words: str | None = None
    writes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def began_at(self) -> float:
        return self.asked_at + self.queued


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a fault does to a phase: make it fail with `text`, or hold it (`stuck`) until the fault ends."""

    fault: int
    phase: str
    since: float
    until: float | None
    text: str = ""
    stuck: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """From `at` on the column says `status`; `error` None leaves the error text alone.

    `over`: the run has ended; `fault` is the fault that ended it.
    """

    at: float
    status: str | None
    error: str | None = None
    phase: str = ""
    over: bool = False
    fault: int | None = None


@dataclass(slots=True)
class Lane:
    """One status column: settled as `status` since `since`, with a run on top of that until it is settled too."""

    status: str | None
    since: float
    run: Run | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A column at an instant. `until`: when it changes by itself, inf if it does not.

    `error` None: this lane's run has not touched the error text; else the text and since when it stands.
    `underway`: a run has begun and is not over. `phase` is what it is doing.
    """

    status: str | None
    since: float
    until: float = math.inf
    error: tuple[float, str] | None = None
    phase: str = ""
    underway: bool = False
    fault: int | None = None


def course(run: Run, troubles: Iterable[Trouble] = ()) -> tuple[Mark, ...]:
    """Every status of the run in order. The last mark is over, unless a step is stuck without an end."""
    known = list(troubles)
    error = NO_ERRORS if run.clears_error else None
    marks: list[Mark] = []
    moment = run.began_at
    for step in run.steps:
        marks.append(Mark(moment, step.status, error, step.phase))
        error = None
        mine = [trouble for trouble in known if trouble.phase == step.phase] if step.phase else []
        end = reached(moment, step.seconds, mine)
        strike = failure(run, step, moment, end, mine)
        if strike is not None:
            at, trouble = strike
            return (*marks, Mark(at, step.fails_as, trouble.text, step.phase, True, trouble.fault))
        if math.isinf(end):
            return tuple(marks)
        moment = end
    return (*marks, Mark(moment, run.ends_as, run.last_words or error, "", True))


def reached(start: float, seconds: float, troubles: Iterable[Trouble]) -> float:
    """When a step that began at `start` has worked for `seconds`; it does not work while it is stuck."""
    end = start + seconds
    for trouble in sorted((trouble for trouble in troubles if trouble.stuck), key=lambda trouble: trouble.since):
        begin = max(start, trouble.since)
        if begin >= end:
            break
        if trouble.until is None:
            return math.inf
        if trouble.until > begin:
            end += trouble.until - begin
            start = trouble.until
    return end


def failure(run: Run, step: Step, start: float, end: float, troubles: list[Trouble]) -> tuple[float, Trouble] | None:
    """When and by what the step fails: somewhere in its second half, at once if the fault comes later than that."""
    fraction = 0.4 + 0.5 * stable_fraction(run.seed, "failure", step.phase)
    usual = reached(start, step.seconds * fraction, troubles)
    strikes = []
    for trouble in troubles:
        at = max(usual, trouble.since)
        if not trouble.stuck and step.fails_as and at < end and (trouble.until is None or at <= trouble.until):
            strikes.append((at, trouble))
    return min(strikes, key=lambda strike: strike[0], default=None)


def standing(lane: Lane, troubles: Iterable[Trouble], at: float) -> Standing:
    """The column at that instant."""
    run = lane.run
    if run is None:
        return Standing(lane.status, lane.since)
    if at < run.began_at:
        return Standing(lane.status, lane.since, run.began_at)
    return place(course(run, troubles), at)


def place(marks: tuple[Mark, ...], at: float) -> Standing:
    """Where on a course that has begun an instant lies."""
    index = max(number for number, mark in enumerate(marks) if mark.at <= at)
    mark = marks[index]
    error = next(((one.at, one.error) for one in reversed(marks[: index + 1]) if one.error is not None), None)
    until = marks[index + 1].at if index + 1 < len(marks) else math.inf
    return Standing(mark.status, mark.at, until, error, mark.phase, not mark.over, mark.fault)


def written(run: Run | None, reached: Standing, at: float) -> dict[str, Any]:
    """What the run has written by then into other columns."""
    if run is None or at < run.began_at or reached.underway or reached.fault is not None:
        return {}
    if reached.status != run.ends_as:
        return {}
    return {name: reached.since if value is ENDED else value for name, value in run.writes.items()}


def settle(lane: Lane, troubles: Iterable[Trouble], at: float) -> Standing:
    """Write down what the lane has reached and forget its run; what it reached is returned."""
    reached_now = standing(lane, troubles, at)
    lane.status, lane.since, lane.run = reached_now.status, reached_now.since, None
    return reached_now
