"""Whom the server runs as: PostgreSQL refuses root, so root lends it an existing unprivileged account."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dcportal.database.errors import DatabaseError

SERVANTS = ("postgres", "nobody", "daemon")


@dataclass(frozen=True, slots=True)
class Account:
    uid: int
    gid: int

    def run_as(self) -> dict[str, Any]:
        """Arguments for subprocess that drop to this account with no further groups."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if os.geteuid() == 0 else {}


def for_server(data: Path) -> Account:
    """The owner of the data where they exist; else ourselves; else, for root, the first account we may become."""
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    for name in SERVANTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        account = Account(entry.pw_uid, entry.pw_gid)
        if account.uid != 0 and _may_become(account):
            return account
    raise DatabaseError(
        f"PostgreSQL does not run as root, and none of the accounts {', '.join(SERVANTS)} can be used instead: "
        "run as an ordinary user, or set DATABASE_URL"
    )


def _may_become(account: Account) -> bool:
    """False where a container maps only some user ids."""
    try:
        subprocess.run(["/bin/sh", "-c", ":"], check=True, cwd="/", **account.run_as())
    except (OSError, subprocess.SubprocessError):
        return False
    return True
