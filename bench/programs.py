"""The programs under measurement, started as in production; stopped when the bench ends, however it ends."""

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from processes.child import Child, Program
from tests.fixtures.cluster import CHECKOUT
from tests.fixtures.fleet import Simulator
from tests.fixtures.network import free_port
from tests.waiting import wait_until


@contextmanager
def program(name: str, *command: str, **environment: str) -> Iterator[Child]:
    """A Python program of ours; what it logs is shown when it fails."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # a bench that is given up stops what it has started
    with tempfile.TemporaryDirectory(prefix=f"dcportal-bench-{name}-") as folder:
        log = Path(folder, "log")
        child = Child(Program(name, (sys.executable, *command), log, environment, CHECKOUT, patience=5.0))
        try:
            yield child
        except BaseException:
            print(f"{name}, at the end of its log:\n{log.read_text(errors='replace')[-2000:]}", file=sys.stderr)
            raise
        finally:
            child.stop()


@contextmanager
def simulator(subclouds: int) -> Iterator[Simulator]:
    """One System Controller with so many subclouds, on which no alarm comes or goes by itself."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="dcportal-bench-fleet-") as state:
        flags = (f"--subclouds={subclouds}", "--controllers=1", "--seed=1", f"--port={port}", f"--state-dir={state}")
        with program("simulator", "-m", "simulator", *flags) as child:
            found = Simulator(f"http://127.0.0.1:{port}", port, child)
            wait_until(lambda: found.ready, timeout=90, what="simulator ready")
            found.control("churn", {"on": False})
            yield found


@contextmanager
def web(**environment: str) -> Iterator[tuple[str, Child]]:
    """URL and process of a web process, on the database of this bench."""
    port = free_port()
    options = ("--ws=websockets-sansio", "--ws-per-message-deflate=false", "--no-access-log", f"--port={port}")
    with program("web", "-m", "uvicorn", "dcportal.asgi:application", *options, **environment) as child:
        wait_until(lambda: _answers(child, port), timeout=60, what="web answers")
        yield f"http://127.0.0.1:{port}", child


def _answers(child: Child, port: int) -> bool:
    assert child.alive, child.last_words()
    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
            return True
    except URLError:
        return False


def register(simulated: Simulator) -> None:
    """Add the simulated controller, as a user would on the command line."""
    from tests.fixtures.portal import Portal

    var = Path(os.environ["DCPORTAL_VAR"])
    portal = Portal("", os.environ["DATABASE_URL"], dict(os.environ), var)
    portal.register(simulated)
