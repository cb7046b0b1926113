"""`make demo` as users and mishaps meet it: one start, everything killed in turn, then the supervisor itself."""

import os
import re
import shutil
import signal
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dcportal.database import layout
from dcportal.demo.answers import ask
from processes.child import Child, Program
from tests.endings import children_of, gone
from tests.fixtures.cluster import CHECKOUT
from tests.fixtures.network import free_port
from tests.waiting import wait_until

SPEED = "60"


class Demo:
    """A demo with its state in `var`; `start` returns when it says that it is ready."""

    def __init__(self, folder: Path) -> None:
        self.var = folder / "var"
        self.log = folder / "demo.log"
        self.port, self.simulator_port = free_port(), free_port()
        self.child: Child | None = None

    def start(self) -> "Demo":
        self.log.unlink(missing_ok=True)
        given = {
            "PORT": self.port,
            "SIMULATOR_PORT": self.simulator_port,
            "SUBCLOUDS": 6,
            "CONTROLLERS": 1,
            "SPEED": SPEED,
        }
        environment = {name: str(value) for name, value in given.items()} | {"DCPORTAL_VAR": str(self.var)}
        command = (sys.executable, "-m", "dcportal.demo")
        self.child = Child(Program("demo", command, self.log, environment, CHECKOUT, patience=60))
        wait_until(lambda: self.says("ready: "), timeout=150, what="the demo is ready")
        return self

    def says(self, text: str) -> bool:
        assert self.child
        said = self.log.read_text()
        if not self.child.alive and text not in said:
            pytest.fail(f"the demo ended: {said}")
        return text in said

    @property
    def processes(self) -> list[int]:
        """The supervisor and what it has started."""
        assert self.child
        return [self.child.pid, *children_of(self.child.pid)]

    def answers(self) -> bool:
        return ask(f"http://127.0.0.1:{self.port}/healthz")[0] == 200


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    made = Demo(tmp_path_factory.mktemp("demo"))
    yield made.start()
    if made.child:
        made.child.stop()
    if os.geteuid() == 0:
        shutil.rmtree(layout.for_checkout(made.var).home, ignore_errors=True)


def test_it_says_what_a_user_needs(demo: Demo) -> None:
    said = demo.log.read_text()
    assert re.search(rf"^ready: http://127\.0\.0\.1:{demo.port}\b", said, re.MULTILINE)
    password = (demo.var / "demo-password").read_text()
    assert f"sign in as viewer, operator, engineer, approver, admin with the password {password}" in said
    for name in ("demo-password", "demo-token", "database-url"):
        assert stat.S_IMODE((demo.var / name).stat().st_mode) == 0o600
    assert ask(f"http://127.0.0.1:{demo.port}/readyz")[1]["sweeps"] == {"t0": True, "t1": True, "t2": True}


@pytest.mark.parametrize("name", ["web", "collector", "worker", "simulator", "database"])
def test_what_dies_is_started_again(demo: Demo, name: str) -> None:
    victim = wait_until(lambda: process_of(demo, name))
    os.kill(victim, signal.SIGKILL)
    wait_until(lambda: demo.says(f"{name} killed by signal 9; starting it again in"))
    replacement = wait_until(lambda: process_of(demo, name), timeout=30)
    assert replacement != victim
    wait_until(demo.answers, timeout=60)


def test_a_second_demo_of_the_same_checkout_is_refused(demo: Demo, tmp_path: Path) -> None:
    command = (sys.executable, "-m", "dcportal.demo")
    second = Child(Program("second", command, tmp_path / "log", {"DCPORTAL_VAR": str(demo.var)}, CHECKOUT))
    wait_until(lambda: not second.alive)
    assert second.exit_code == 1
    assert "a demo of this checkout is running already" in second.last_words()


def test_killed_it_leaves_nothing_and_loses_nothing(demo: Demo) -> None:
    processes = everything_below(demo.processes)
    token = (demo.var / "demo-token").read_text()
    os.kill(demo.processes[0], signal.SIGKILL)
    for process in processes:
        wait_until(gone(process), timeout=30)
    demo.start()
    assert (demo.var / "demo-token").read_text() == token


def test_asked_to_stop_it_stops_everything(demo: Demo) -> None:
    processes = everything_below(demo.processes)
    assert demo.child
    assert demo.child.stop() is True
    assert demo.child.exit_code == 0
    for process in processes:
        wait_until(gone(process))
    assert "killed" not in demo.log.read_text().split("stopping …")[1]


def everything_below(processes: list[int]) -> list[int]:
    found = list(processes)
    for process in found:
        found += [child for child in children_of(process) if child not in found]
    return found


def process_of(demo: Demo, name: str) -> int | None:
    """The direct child of the supervisor that runs the program of that name."""
    words = {"web": "uvicorn", "collector": "collect", "database": "dcportal.database"}
    for process in demo.processes[1:]:
        try:
            command = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
        except FileNotFoundError:
            continue
        if words.get(name, name).encode() in command:
            return process
    return None
