"""The private PostgreSQL as people meet it: in odd places, and through kill -9 of everything."""

import os
import signal
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from dcportal.database import layout
from processes.child import Child, Program
from tests.database.running import PrivateServer
from tests.endings import gone
from tests.fixtures.cluster import CHECKOUT
from tests.waiting import wait_until

Start = Callable[..., PrivateServer]


def can_connect(server: PrivateServer) -> bool:
    try:
        server.connect().close()
    except psycopg.OperationalError:
        return False
    return True


def keep_a_row(server: PrivateServer) -> None:
    with server.connect() as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('still here')")


def kept_row(server: PrivateServer) -> object:
    with server.connect() as connection:
        return connection.execute("SELECT word FROM kept").fetchone()


@pytest.mark.parametrize(
    "name", ["portal", "with a space, 'quote' and \"comma\"", "p" * 120], ids=["plain", "odd", "long"]
)
def test_runs_wherever_the_checkout_lies(private_server: Start, name: str) -> None:
    server = private_server(name)
    with server.connect() as connection:
        row = connection.execute(
            "SELECT current_user, rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        )
        assert row.fetchone() == ("dcportal", False, False)
        assert connection.execute("SELECT lower('ÄÉ'), current_setting('timezone')").fetchone() == ("äé", "UTC")
        assert connection.execute("SHOW idle_in_transaction_session_timeout").fetchone() == ("15s",)


def test_nothing_is_open_to_others(private_server: Start, tmp_path: Path) -> None:
    before = {path: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.parents}
    server = private_server()
    where = layout.for_checkout(server.var)
    assert stat.S_IMODE((server.var / "database-url").stat().st_mode) == 0o600
    assert stat.S_IMODE(where.data.stat().st_mode) == 0o700
    assert stat.S_IMODE(where.password("dcportal").stat().st_mode) == 0o600
    assert stat.S_IMODE(server.socket_folder.stat().st_mode) == 0o700
    assert {path: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.parents} == before
    if os.geteuid() == 0:
        assert where.data.stat().st_uid != 0


def test_a_wrong_password_is_refused(private_server: Start) -> None:
    server = private_server()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.url, password="guessed")


def test_data_survive_a_restart(private_server: Start) -> None:
    server = private_server()
    keep_a_row(server)
    server.stop()
    assert not can_connect(server)
    assert kept_row(server.start()) == ("still here",)


def test_the_server_ends_with_its_killed_supervisor(private_server: Start) -> None:
    server = private_server()
    keep_a_row(server)
    postmaster = server.postmaster()
    assert server.child
    os.kill(server.child.pid, signal.SIGKILL)
    wait_until(gone(postmaster), what="the server has ended")
    assert "database system is shut down" in (server.var / "log" / "postgresql.log").read_text().splitlines()[-1]
    assert kept_row(server.start()) == ("still here",)


def test_a_killed_server_is_started_again(private_server: Start) -> None:
    server = private_server()
    keep_a_row(server)
    killed = server.postmaster()
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: can_connect(server), timeout=60)
    assert server.postmaster() != killed
    assert kept_row(server) == ("still here",)
    assert "starting it again" in server.log.read_text()


def test_both_killed_at_once(private_server: Start) -> None:
    server = private_server()
    keep_a_row(server)
    assert server.child
    for process in (server.child.pid, server.postmaster()):
        os.kill(process, signal.SIGKILL)
    assert kept_row(server.start()) == ("still here",)


def test_a_second_supervisor_is_refused(private_server: Start, tmp_path: Path) -> None:
    server = private_server()
    log = tmp_path / "second.log"
    command = (sys.executable, "-m", "dcportal.database", "run")
    second = Child(Program("second", command, log, {"DCPORTAL_VAR": str(server.var)}, CHECKOUT))
    wait_until(lambda: not second.alive)
    assert second.exit_code == 1
    assert "another process runs the private PostgreSQL" in log.read_text()
    assert can_connect(server)
