"""What a restart of dcmanager-manager leaves behind: every status of work under way becomes its failed twin.

The work stops; the error text stays what it was (starlingx-dcmanager.md 3.3 to 3.5).
"""

from __future__ import annotations

from collections.abc import Mapping

from simulator.dcmanager import deploy_states
from simulator.dcmanager.lifecycle import Lane, Trouble, standing
from simulator.dcmanager.record import LANES, Record

TWINS: Mapping[str, Mapping[str, str]] = {
    "deploy": deploy_states.TWINS,
    "backup": {
        "validating": "validate-failed",
        "pre-backup": "backup-prep-failed",
        "backing-up": "failed",
        "deleting-backup": "delete-failed",
    },
    "prestage": {"prestaging": "failed"},
}
RESUMED = frozenset({"onsite-restoring", "sw-deploy-in-progress"})


def interrupt(record: Record, troubles: list[Trouble], at: float) -> bool:
    """Whether there was work to stop."""
    stopped = [name for name in LANES if stop(record, name, troubles, at)]
    return bool(stopped)


def stop(record: Record, name: str, troubles: list[Trouble], at: float) -> bool:
    lane = record.lane(name)
    reached = standing(lane, troubles, at)
    twin = TWINS[name].get(reached.status or "")
    if reached.status in RESUMED or not (twin or reached.underway):
        return False
    record.settle(troubles, at, forced=name)
    if twin is not None:
        fail(record, lane, twin, at)
    return True


def fail(record: Record, lane: Lane, status: str, at: float) -> None:
    lane.status, lane.since = status, at
    record.updated_at = max(record.updated_at, at)
    if lane is record.deploy:
        record.watch(status, at)
