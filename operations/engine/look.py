"""One look upstream at one target: what dcmanager says of it now, and its BMC where a step asks for that."""

from dataclasses import replace
from datetime import datetime

from operations.engine.bmc import Bmcs, power_state
from operations.engine.central_look import look_central
from operations.engine.central_steps import GROUPS, OPTIONS
from operations.engine.seen import Seen, View
from operations.engine.steps import settled
from operations.models import Target
from sites.models import Controller
from starlingx.dcmanager import DcManager
from starlingx.errors import NotFound
from starlingx.records import Subcloud
from starlingx.session import CloudSession

LOOK_SECONDS = 15.0


async def look(
    session: CloudSession, controller: Controller, target: Target, view: View, bmcs: Bmcs | None, now: datetime
) -> Seen:
    """Raises StarlingXError. A subcloud with our id but another region name is not the one we mean: None.

    A BMC that does not answer counts as "not known".
    """
    if view.step in GROUPS or (view.step in OPTIONS and not view.facts.get("subcloud")):
        return await look_central(session, view, None, now)
    found = await _find(DcManager(session), target)
    if found is not None and target.region_name and found.region_name != target.region_name:
        found = None
    if view.step in OPTIONS:
        return await look_central(session, view, found, now)
    seen = Seen(now, found, session.server_clock_skew or 0.0)
    if bmcs is not None and not settled(view, seen):
        return replace(seen, power=await power_state(controller, bmcs))
    return seen


async def _find(dcmanager: DcManager, target: Target) -> Subcloud | None:
    try:
        if target.dcmanager_id is not None:
            return await dcmanager.subcloud(target.dcmanager_id, timeout=LOOK_SECONDS)
        if "." not in target.name:
            return await dcmanager.subcloud(target.name, timeout=LOOK_SECONDS)
    except NotFound:
        return None
    # A name with a dot may be taken for one with a file ending (trap 37): the list knows better.
    every = await dcmanager.subclouds(timeout=LOOK_SECONDS)
    return next((one for one in every if one.name == target.name), None)
