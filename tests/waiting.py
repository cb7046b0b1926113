"""Waiting for what must become true: the only pause a test may make."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_until(condition: Callable[[], T | None], timeout: float = 20.0, every: float = 0.05, what: str = "") -> T:
    """The first true value of `condition`. Fails after `timeout` seconds, naming what it waited for and the last value.

    An AssertionError inside `condition` counts as "not yet", and is shown when time is up.
    """
    deadline = time.monotonic() + timeout
    pause = threading.Event()
    while True:
        try:
            value, problem = condition(), None
        except AssertionError as error:
            problem = error
        else:
            if value:
                return value
        if time.monotonic() > deadline:
            name = what or getattr(condition, "__qualname__", "condition")
            raise AssertionError(f"not within {timeout} s: {name} ({problem or f'last value: {value!r}'})")
        pause.wait(every)
