"""python -m dcportal.database run | url: the private PostgreSQL without the rest of the demo."""

import argparse
import logging
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from dcportal.database import layout
from dcportal.database.dsn import POINTER
from dcportal.database.errors import DatabaseError
from dcportal.database.supervisor import Supervisor

VAR = Path(os.environ.get("DCPORTAL_VAR") or Path(__file__).resolve().parents[2] / "var")


class Stop:
    """Set by SIGINT and SIGTERM."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True


def run() -> None:
    """Serve until SIGINT or SIGTERM; prints the DATABASE_URL's file when connections are accepted."""
    stop = Stop()
    supervisor = Supervisor(layout.for_checkout(VAR), stopping=lambda: stop.asked)
    try:
        supervisor.start()
        sys.stdout.write(f"ready: {supervisor.binaries}; DATABASE_URL in {supervisor.layout.pointer}\n")
        sys.stdout.flush()
        while not stop.asked:
            supervisor.check()
            time.sleep(0.1)  # two things may happen, a signal or the end of a child, and neither wakes for the other
    finally:
        supervisor.stop()


def url() -> str:
    """DATABASE_URL, else the address of the private server. Raises DatabaseError where neither is known."""
    try:
        return os.environ.get("DATABASE_URL") or (VAR / POINTER).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DatabaseError("there is no database yet: make demo, or python -m dcportal.database run") from None


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m dcportal.database", description=__doc__)
    parser.add_argument("command", choices=["run", "url"], help="run: serve until stopped; url: print the DATABASE_URL")
    command = parser.parse_args().command
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        if command == "run":
            run()
        else:
            sys.stdout.write(f"{url()}\n")
    except DatabaseError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
