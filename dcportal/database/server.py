"""One `postgres` in the foreground as our child: start, ready, stop."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from dcportal.database import options
from dcportal.database.account import Account
from dcportal.database.binaries import Binaries
from dcportal.database.cluster import environment
from dcportal.database.layout import Layout
from processes.lifeline import die_with_parent

FAST, IMMEDIATE = signal.SIGINT, signal.SIGQUIT  # postgres(1): disconnect all and stop; stop without a checkpoint


class Server:
    """A running child. Made by `start` in the main thread only: the child follows the thread that started it."""

    def __init__(self, child: "subprocess.Popen[bytes]", data: Path) -> None:
        self.child = child
        self.data = data

    @classmethod
    def start(
        cls, binaries: Binaries, layout: Layout, account: Account, folder: Path, extra: Mapping[str, str]
    ) -> "Server":
        with layout.log.open("ab") as log:
            child = subprocess.Popen(
                [binaries.folder / "postgres", *options.arguments(layout.data, folder, extra)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=environment(),
                start_new_session=True,  # Ctrl-C is for us; we stop it in our order
                preexec_fn=die_with_parent(FAST),  # noqa: PLW1509 - one thread; it must follow the change of user id
                **account.run_as(),
            )
        return cls(child, layout.data)

    @property
    def alive(self) -> bool:
        return self.child.poll() is None

    def ready(self) -> bool:
        """True once this very server accepts connections; recovery after a crash may take long."""
        owner, status = owner_and_status(self.data)
        return owner == self.child.pid and status == "ready"

    def stop(self) -> None:
        """Fast shutdown, and harder ones if it does not follow within a minute."""
        for sent, patience in ((FAST, 60.0), (IMMEDIATE, 10.0), (signal.SIGKILL, None)):
            if not self.alive:
                return
            self.child.send_signal(sent)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.child.wait(patience)


def owner_and_status(data: Path) -> tuple[int | None, str]:
    """Process id and status (line 8) of postmaster.pid; (None, "") without that file."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return None, ""
    owner = int(lines[0]) if lines and lines[0].isdigit() else None
    return owner, lines[7].strip() if len(lines) > 7 else ""


def running(data: Path) -> int | None:
    """Process id of a server that works on `data`, whoever started it."""
    owner, _ = owner_and_status(data)
    if owner is None:
        return None
    try:
        os.kill(owner, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        return owner
    with contextlib.suppress(FileNotFoundError):  # Linux: the number may belong to another program by now
        command = Path(f"/proc/{owner}/cmdline").read_bytes()
        return owner if os.fsencode(data) in command.split(b"\0") else None
    return owner
