"""Whether an endpoint is in sync once its owner has looked: what the site and its controller run, and what was mended.

Software and Kubernetes are compared at each audit pass, so a change shows at the pass after it. While a site is being
patched, and after that has failed, its software counts as out of sync whatever it runs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from simulator.dcmanager.audit import Passes
from simulator.dcmanager.record import Record
from simulator.fleet import Cloud
from simulator.world import World

FORCED = ("sw-deploy-in-progress", "sw-deploy-apply-strategy-failed")
AUDITED = ("software", "kubernetes")


@dataclass(frozen=True, slots=True)
class Compared:
    """`since`: when it became so (-inf: when the endpoint was first known); `until`: when it may change by itself."""

    status: str
    since: float = -math.inf
    until: float = math.inf


def compared(world: World, passes: Passes, cloud: Cloud, record: Record, name: str, at: float) -> Compared:
    if name in AUDITED:
        return audited(world, passes, cloud, name, at)
    mended_at = record.mended.get(name, math.inf)
    if name in cloud.initial.out_of_sync and at < mended_at:
        return Compared("out-of-sync")
    return Compared("in-sync", -math.inf if math.isinf(mended_at) else mended_at)


def audited(world: World, passes: Passes, cloud: Cloud, name: str, at: float) -> Compared:
    central = world.clouds[cloud.controller, None]
    looked_at = passes.time(passes.last(at))
    own, wanted = world.software.at(cloud, looked_at), world.software.at(central, looked_at)
    same = own.release_id == wanted.release_id if name == "software" else own.kubernetes == wanted.kubernetes
    changes = [world.software.changed_at(one, looked_at) for one in (cloud, central)]
    newest = max((change for change in changes if change is not None), default=None)
    unseen = [world.software.changed_at(one, at) for one in (cloud, central)] != changes
    return Compared(
        "in-sync" if same else "out-of-sync",
        -math.inf if newest is None else passes.time(passes.first(newest)),
        passes.time(passes.last(at) + 1) if unseen else math.inf,
    )
