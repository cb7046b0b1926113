"""Data that a checkout left behind which is gone.

Root's data lie outside of the checkout, in a folder named after its path. Who clones anew at the same place must not
find them: the key to what is sealed in them went with the checkout, and its fleet would never be read again.
"""

import logging
import secrets
import shutil
from pathlib import Path

from dcportal.database.layout import Layout

log = logging.getLogger(__name__)
MARK = "database-id"  # the same text beside the data and in var/
ASIDE = "data-of-a-former-checkout"


def put_aside(layout: Layout) -> Path | None:
    """Where data of a former checkout were moved to, None where there were none. One generation is kept.

    Marks what is there, or will be, as this checkout's. Where a mark is missing, data are ours if var/ knows their
    address: an older version made them.
    """
    ours, theirs = layout.pointer.with_name(MARK), layout.home / MARK
    known, found = _read(ours), _read(theirs)
    same = known == found if known and found else layout.pointer.exists()
    aside = None if layout.major() is None or same else _move(layout)
    if aside is not None or not known or known != found:
        text = secrets.token_hex(16)
        for path in (theirs, ours):
            path.write_text(text, encoding="ascii")
    return aside


def _move(layout: Layout) -> Path:
    aside = layout.home / ASIDE
    shutil.rmtree(aside, ignore_errors=True)
    layout.data.rename(aside)
    log.warning("the data of a checkout that is gone were moved to %s", aside)
    return aside


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""
