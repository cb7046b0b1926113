"""The private server as a process of its own, the way the demo runs it."""

import sys
from pathlib import Path

import psycopg
import pytest

from processes.child import Child, Program
from tests.fixtures.cluster import CHECKOUT
from tests.waiting import wait_until


class PrivateServer:
    """`python -m dcportal.database run` with its state in `var`."""

    def __init__(self, var: Path, log: Path) -> None:
        self.var = var
        self.log = log
        self.child: Child | None = None

    def start(self) -> "PrivateServer":
        self.log.write_text("", encoding="utf-8")
        command = (sys.executable, "-m", "dcportal.database", "run")
        self.child = Child(Program("database", command, self.log, {"DCPORTAL_VAR": str(self.var)}, CHECKOUT))
        wait_until(self._ready, timeout=60, what=f"private server ready: {self.log.read_text()}")
        return self

    def _ready(self) -> bool:
        if self.child and not self.child.alive:
            pytest.fail(f"it ended: {self.log.read_text()}")
        return "ready:" in self.log.read_text(encoding="utf-8")

    @property
    def url(self) -> str:
        return (self.var / "database-url").read_text(encoding="utf-8")

    def connect(self) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(self.url, autocommit=True)

    def postmaster(self) -> int:
        """Process id of the server itself."""
        return int((self.socket_folder / ".s.PGSQL.5432.lock").read_text().split()[0])

    @property
    def socket_folder(self) -> Path:
        return Path(str(psycopg.conninfo.conninfo_to_dict(self.url)["host"]))

    def stop(self) -> None:
        if self.child:
            self.child.stop()
