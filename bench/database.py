"""A PostgreSQL for the bench: DCPORTAL_BENCH_DATABASE_URL, else a throw-away one under the portal's supervisor.

It runs with the settings of a real installation, fsync included.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dcportal.database import layout
from dcportal.database.supervisor import Supervisor
from tests.fixtures.cluster import CHECKOUT, as_url, create_database, drop_database

TEMPLATE = "bench_template"
CONTROLLERS = 2
ALARMS = 10  # on each subcloud, on average


@contextmanager
def server() -> Iterator[str]:
    """URL of a server on which databases may be made."""
    if given := os.environ.get("DCPORTAL_BENCH_DATABASE_URL"):
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="dcportal-bench-"))
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)  # root's server runs under another account
    programs = layout.for_checkout(CHECKOUT / "var").programs
    if os.geteuid() == 0:
        programs.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
        programs.mkdir(mode=0o711, exist_ok=True)
    supervisor = Supervisor(
        layout.Layout(folder, folder / "database-url", folder / "log", programs=programs), may_create_databases=True
    )
    try:
        yield supervisor.start()
    finally:
        supervisor.stop()
        shutil.rmtree(folder)


class Databases:
    """Makes databases with schema and users, and as many subclouds as a bench wants. Kept while the bench runs."""

    def __init__(self, server_url: str, var: Path) -> None:
        self._server = server_url
        self._var = var
        self._made: dict[str, str] = {}

    def environment(self, subclouds: int, owner: str = "") -> dict[str, str]:
        """What a process needs to work on the database with that fleet; with `owner`, one of its own."""
        name = f"bench_{owner}{subclouds}"
        if name not in self._made:
            self._made[name] = self._make(name, subclouds)
        return {"DATABASE_URL": self._made[name], "DCPORTAL_VAR": str(self._var), "DCPORTAL_LOG_LEVEL": "WARNING"}

    def drop(self) -> None:
        for name in self._made:
            drop_database(self._server, name)

    def _make(self, name: str, subclouds: int) -> str:
        self._create(name, self._template())
        url = as_url(self._server, name)
        if subclouds:
            fleet = [f"--subclouds={subclouds}", f"--controllers={CONTROLLERS}", f"--alarms={ALARMS}", "--keep"]
            self._run(url, "-m", "bench.seed", *fleet)
        return url

    def _template(self) -> str:
        """Name of a database with schema and users, made once."""
        if TEMPLATE not in self._made:
            self._create(TEMPLATE)
            self._made[TEMPLATE] = url = as_url(self._server, TEMPLATE)
            self._run(url, "manage.py", "migrate", "--verbosity=0")
            self._run(url, "-m", "dcportal.demo.accounts")
        return TEMPLATE

    def _create(self, name: str, template: str | None = None) -> None:
        drop_database(self._server, name)
        create_database(self._server, name, template)

    def _run(self, url: str, *arguments: str) -> None:
        environment = {
            **os.environ,
            "DATABASE_URL": url,
            "DCPORTAL_VAR": str(self._var),
            "DCPORTAL_LOG_LEVEL": "WARNING",
        }
        subprocess.run([sys.executable, *arguments], cwd=CHECKOUT, env=environment, check=True)
