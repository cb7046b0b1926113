"""Making the private cluster: initdb, and the portal's role and database in it."""

import contextlib
import locale
import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from dcportal.database import options
from dcportal.database.account import Account
from dcportal.database.binaries import Binaries
from dcportal.database.errors import DatabaseError
from dcportal.database.layout import Layout

SUPERUSER = "postgres"
APPLICATION = "dcportal"  # name of the role and of the database it owns


def environment() -> Mapping[str, str]:
    """What the server's programs get of our environment: no secret of ours, and no PG* variable."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def create(binaries: Binaries, layout: Layout, account: Account) -> None:
    """Run initdb. The data directory gets its name last, so a crash on the way leaves nothing half made."""
    draft = layout.home / "data-unfinished"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    os.chown(draft, account.uid, account.gid)
    with tempfile.NamedTemporaryFile("w", dir=layout.home, prefix="initial-") as handle:
        handle.write(password(layout, SUPERUSER))
        handle.flush()
        os.chown(handle.name, account.uid, account.gid)
        command = [str(binaries.folder / "initdb"), "-D", str(draft), "-U", SUPERUSER, f"--pwfile={handle.name}"]
        command += ["--auth-local=scram-sha-256", "--auth-host=reject", "--encoding=UTF8", "--no-sync"]
        command += _locale(binaries.major)
        done = subprocess.run(
            command, cwd="/", env=environment(), capture_output=True, text=True, check=False, **account.run_as()
        )
    if done.returncode:
        raise DatabaseError(f"initdb failed: {done.stderr.strip()[-2000:] or done.returncode}")
    draft.rename(layout.data)


def _locale(major: int) -> list[str]:
    """Sorting by code point, which is the same on every machine; upper and lower case of all of Unicode."""
    if major >= 17:
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return ["--locale=C"]
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return ["--locale=C", "--lc-ctype=C.UTF-8"]


def provision(layout: Layout, folder: Path, major: int, *, may_create_databases: bool = False) -> None:
    """Make the role and its database, or bring them up to date. Raises DatabaseError if the server is not ours."""
    name, word = sql.Identifier(APPLICATION), sql.Literal(password(layout, APPLICATION))
    rights = sql.SQL("CREATEDB" if may_create_databases else "NOCREATEDB")
    try:
        connection = psycopg.connect(address(layout, folder, SUPERUSER, "postgres"), autocommit=True)
    except psycopg.OperationalError as error:
        raise DatabaseError(f"the private PostgreSQL does not let its supervisor in: {error}") from error
    with contextlib.closing(connection):
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APPLICATION]).fetchone():
            connection.execute(sql.SQL("CREATE ROLE {}").format(name))
        attributes = sql.SQL("ALTER ROLE {} LOGIN NOSUPERUSER NOCREATEROLE {} PASSWORD {}")
        connection.execute(attributes.format(name, rights, word))
        for setting, value in options.role(major).items():
            parts = (name, sql.Identifier(setting), sql.Literal(value))
            connection.execute(sql.SQL("ALTER ROLE {} SET {} = {}").format(*parts))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [APPLICATION]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(name, name))
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))


def address(layout: Layout, folder: Path, user: str = APPLICATION, database: str = APPLICATION) -> str:
    """The DATABASE_URL of the private server."""
    secret = quote(password(layout, user), safe="")
    return f"postgresql://{user}:{secret}@/{database}?host={quote(str(folder), safe='')}&port=5432"


def password(layout: Layout, name: str) -> str:
    """The role's password, made at first need and kept with mode 0600 in a file of ours."""
    path = layout.password(name)
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as handle:
            handle.write(secrets.token_urlsafe(24))
        return path.read_text(encoding="ascii")
