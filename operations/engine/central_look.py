"""One look at a group or at strategy options of a System Controller."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from operations.engine.central_steps import GROUPS
from operations.engine.seen import Seen, View
from starlingx.dcmanager import DcManager
from starlingx.records import Subcloud, SubcloudGroup, SwUpdateOptions
from starlingx.session import CloudSession
from starlingx.strategies import Strategies

LOOK_SECONDS = 15.0


async def look_central(session: CloudSession, view: View, subcloud: Subcloud | None, now: datetime) -> Seen:
    """`subcloud`: that the options are for; None: the default. Raises StarlingXError."""
    if view.step in GROUPS:
        group = _group(await DcManager(session).groups(timeout=LOOK_SECONDS), view.facts)
        return Seen(now, None, session.server_clock_skew or 0.0, group=group)
    rows = await Strategies(session).options(timeout=LOOK_SECONDS)
    wanted = subcloud.id if subcloud is not None else None
    of_subcloud = bool(view.facts.get("subcloud"))
    options = _options(rows, wanted) if subcloud is not None or not of_subcloud else None
    return Seen(now, subcloud, session.server_clock_skew or 0.0, options=options)


def _group(groups: list[SubcloudGroup], facts: Mapping[str, Any]) -> SubcloudGroup | None:
    """By dcmanager's id; one that is to be made has none yet, so by its name."""
    number = facts.get("group_id")
    if number is not None:
        return next((group for group in groups if group.id == number), None)
    return next((group for group in groups if group.name == facts.get("name")), None)


def _options(rows: list[SwUpdateOptions], subcloud_id: int | None) -> SwUpdateOptions | None:
    return next((row for row in rows if row.subcloud_id == subcloud_id), None)
