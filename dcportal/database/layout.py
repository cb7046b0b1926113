"""Where the private server keeps what: data, socket, passwords, its log."""

import contextlib
import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from dcportal.database.account import Account
from dcportal.database.dsn import POINTER

ROOT_HOME = Path("/var/lib/dcportal")
LONGEST_SOCKET_FOLDER = 90  # sun_path holds 107 bytes, and the name of the socket comes on top


@dataclass(frozen=True, slots=True)
class Layout:
    """`home` belongs to whoever starts the server, `data` and the socket folder to the account that runs it."""

    home: Path
    pointer: Path
    log: Path
    programs: Path  # copies of binaries, for root

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def lock(self) -> Path:
        return self.home / "lock"

    def password(self, role: str) -> Path:
        return self.home / f"{role}-password"

    def major(self) -> int | None:
        """Major version that wrote the data; None where there are none yet."""
        try:
            return int((self.data / "PG_VERSION").read_text(encoding="ascii"))
        except FileNotFoundError:
            return None


def for_checkout(var: Path) -> Layout:
    """The layout of the portal whose state lies in `var`: below it, or for root in a folder others may pass through."""
    home = var / "postgresql"
    if os.geteuid() == 0:
        # The server's account may not enter root's home. The name follows from the path, so two checkouts never meet.
        place = var.resolve().parent if var.name == "var" else var.resolve()
        home = ROOT_HOME / hashlib.sha256(os.fsencode(place)).hexdigest()[:16]
    return Layout(home, var / POINTER, var / "log" / "postgresql.log", programs=home)


def prepare(layout: Layout) -> None:
    """Make our own folders; those above are never touched."""
    if os.geteuid() == 0:
        for folder in (layout.home.parent, layout.home):
            _make(folder, 0o711)  # root's servant must pass through to its data
    else:
        _make(layout.home, 0o700)
    for folder in (layout.pointer.parent, layout.log.parent):
        folder.mkdir(parents=True, exist_ok=True)


def _make(folder: Path, mode: int) -> None:
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(mode)  # whatever the umask was


def socket_folder(layout: Layout, account: Account) -> Path:
    """A folder that only the server's account may enter, with a path short enough for a unix socket."""
    folder = layout.home / "socket"
    if len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER:
        if not folder.exists():
            folder.mkdir(mode=0o700)
            os.chown(folder, account.uid, account.gid)
        return folder
    return _short_folder(layout.home / "socket-folder", account)


def _short_folder(note: Path, account: Account) -> Path:
    """A folder with an unguessable name in the temporary directory, noted in `note` so that it stays the same."""
    with contextlib.suppress(FileNotFoundError):
        noted = Path(note.read_text(encoding="utf-8"))
        found = noted.lstat()
        if stat.S_ISDIR(found.st_mode) and found.st_uid == account.uid and stat.S_IMODE(found.st_mode) == 0o700:
            return noted
    folder = Path(tempfile.mkdtemp(prefix="dcportal-", dir="/tmp"))  # TMPDIR may be long too
    os.chown(folder, account.uid, account.gid)
    note.write_text(str(folder), encoding="utf-8")
    return folder


def discard_short_folder(layout: Layout) -> None:
    """Remove the folder in the temporary directory, if one was needed and the server has left it empty."""
    note = layout.home / "socket-folder"
    with contextlib.suppress(FileNotFoundError, OSError):
        Path(note.read_text(encoding="utf-8")).rmdir()
        note.unlink()
