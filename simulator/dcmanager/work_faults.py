"""Faults that make backups, restores and prestaging fail, as troubles of the life-cycle engine.

Beside those made for it, work that has to reach the site fails when the link or the power is away while it does.
"""

from __future__ import annotations

from collections.abc import Iterator

from simulator.dcmanager.lifecycle import Trouble
from simulator.dcmanager.record import Record
from simulator.faults import Fault
from simulator.fleet import Cloud
from simulator.world import CUTTING_KINDS, World

BACKUP, PRESTAGE = "backup-fails", "prestage-fails"
REACHING = ("pre-backup", "backing-up", "restoring", "prestaging")
WORDS = {
    "validating": "validating the backup of",
    "pre-backup": "preparing the backup of",
    "backing-up": "backing up",
    "deleting-backup": "deleting the backup of",
    "pre-restore": "preparing the restore of",
    "restoring": "restoring",
    "prestaging": "prestaging",
}


def troubles(world: World, cloud: Cloud, record: Record) -> Iterator[Trouble]:
    """A trouble's phase is the status in which it strikes."""
    for fault in world.faults.of_work:
        if fault.kind in (BACKUP, PRESTAGE) and fault.concerns(cloud.key, record.name):
            yield from of_kind(fault, record)
    for fault in world.faults.all_on(cloud.key):
        if fault.kind in CUTTING_KINDS:
            for phase in REACHING:
                yield Trouble(fault.id, phase, fault.since, fault.until, text(record, phase, "the site did not answer"))


def of_kind(fault: Fault, record: Record) -> Iterator[Trouble]:
    times = int(fault.options.get("times") or 0)
    if not times or record.struck.get(fault.id, 0) < times:
        phase = str(fault.options["phase"]) if fault.kind == BACKUP else "prestaging"
        yield Trouble(fault.id, phase, fault.since, fault.until, text(record, phase, "no space left on device"))


def text(record: Record, phase: str, why: str) -> str:
    return f"FAILED {WORDS[phase]} playbook of ({record.name}).\n detail: fatal: [{record.name}]: FAILED!\n msg: {why}"
