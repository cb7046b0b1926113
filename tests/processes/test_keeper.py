import os
import signal
import time
from pathlib import Path

from processes.backoff import Backoff
from processes.keeper import Keeper, State
from tests.endings import gone
from tests.processes.program import DYING, PARENT, SLEEPER, number_in, python
from tests.waiting import wait_until


def look_until_it_waits(keeper: Keeper) -> None:
    def look() -> bool:
        keeper.look(time.monotonic())
        return state(keeper) is State.WAITING

    wait_until(look)


def state(keeper: Keeper) -> State:
    """Asked anew each time, which the type checker would not believe of an attribute."""
    return keeper.state


def test_backoff_doubles_and_forgets() -> None:
    backoff = Backoff(first=1, longest=5, settled=30)
    assert [backoff.after(0) for _ in range(4)] == [1, 2, 4, 5]
    assert backoff.after(lived=31) == 1


def test_what_dies_is_started_again_after_a_wait(tmp_path: Path) -> None:
    said: list[str] = []
    keeper = Keeper(python(SLEEPER, tmp_path / "log"), said.append, Backoff(first=5))
    assert state(keeper) is State.IDLE
    keeper.start()
    child = keeper.child
    assert child
    os.kill(child.pid, signal.SIGKILL)
    wait_until(lambda: not child.alive)
    now = time.monotonic()
    keeper.look(now)
    assert state(keeper) is State.WAITING
    assert said == ["tiny killed by signal 9; starting it again in 5.0 s (it said nothing)"]
    keeper.look(now + 4.9)
    assert state(keeper) is State.WAITING
    keeper.look(now + 5.1)
    assert state(keeper) is State.RUNNING
    keeper.stop()
    assert state(keeper) is State.IDLE


def test_its_own_end_is_a_death_too(tmp_path: Path) -> None:
    said: list[str] = []
    keeper = Keeper(python(DYING, tmp_path / "log"), said.append)
    keeper.start()
    look_until_it_waits(keeper)
    assert said == ["tiny ended with 3; starting it again in 0.5 s (my last words)"]
    keeper.stop()
    keeper.look(time.monotonic() + 100)
    assert state(keeper) is State.IDLE


def test_what_it_had_started_goes_with_it(tmp_path: Path) -> None:
    keeper = Keeper(python(PARENT, tmp_path / "log"), lambda line: None)
    keeper.start()
    grandchild = wait_until(lambda: number_in(tmp_path / "log"))
    assert keeper.child
    os.kill(keeper.child.pid, signal.SIGKILL)
    look_until_it_waits(keeper)
    wait_until(gone(grandchild))
    keeper.stop()


def test_restart_kills_the_group(tmp_path: Path) -> None:
    said: list[str] = []
    keeper = Keeper(python(PARENT, tmp_path / "log"), said.append)
    keeper.start()
    grandchild = wait_until(lambda: number_in(tmp_path / "log"))
    keeper.restart("it hangs")
    wait_until(gone(grandchild))
    assert said[0] == "tiny: it hangs"
    assert state(keeper) is State.WAITING
    keeper.stop()
