import os
import signal
import sys
import threading
from pathlib import Path

import pytest

from processes.child import Child, Program
from processes.lifeline import die_with_parent
from tests.endings import gone
from tests.processes.program import DYING, PARENT, SLEEPER, STUBBORN, number_in, python
from tests.waiting import wait_until


def test_stops_when_asked(tmp_path: Path) -> None:
    child = Child(python(SLEEPER, tmp_path / "log"))
    assert child.alive
    assert child.stop() is True
    assert child.exit_code == -signal.SIGTERM


def test_is_killed_when_it_does_not_stop(tmp_path: Path) -> None:
    child = Child(python(STUBBORN, tmp_path / "log", patience=0.2))
    wait_until(lambda: child.last_words() == "up")
    assert child.stop() is False
    assert child.exit_code == -signal.SIGKILL


def test_takes_its_whole_group_along(tmp_path: Path) -> None:
    child = Child(python(PARENT, tmp_path / "log"))
    grandchild = wait_until(lambda: number_in(tmp_path / "log"))
    child.stop()
    wait_until(gone(grandchild))


def test_last_words(tmp_path: Path) -> None:
    child = Child(python(DYING, tmp_path / "log"))
    wait_until(lambda: not child.alive)
    assert (child.exit_code, child.last_words()) == (3, "my last words")


def test_does_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    code = f"""
import signal, sys
from pathlib import Path
from processes.child import Child, Program
child = Child(Program("inner", (sys.executable, "-c", {STUBBORN!r}), Path({str(tmp_path / "inner")!r})))
print(child.pid, flush=True)
signal.pause()
"""
    checkout = Path(__file__).parents[2]
    parent = Child(Program("parent", (sys.executable, "-c", code), tmp_path / "log", folder=checkout))
    inner = wait_until(lambda: number_in(tmp_path / "log"))
    wait_until(lambda: (tmp_path / "inner").read_text() == "up\n")
    os.kill(parent.pid, signal.SIGKILL)
    wait_until(gone(inner))
    parent.kill()


def test_only_the_main_thread_may_start_children() -> None:
    raised: list[BaseException] = []

    def attempt() -> None:
        with pytest.raises(RuntimeError) as error:
            die_with_parent()
        raised.append(error.value)

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join()
    assert "main thread" in str(raised[0])
