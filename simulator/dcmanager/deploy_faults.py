"""Faults that make deployments fail or hang, as troubles of the life-cycle engine."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.dcmanager import error_texts
from simulator.dcmanager.lifecycle import Trouble
from simulator.dcmanager.record import Record
from simulator.faults import Fault
from simulator.fleet import Cloud
from simulator.world import World

FAILS, STUCK = "deploy-fails", "deploy-stuck"


def troubles(world: World, cloud: Cloud, record: Record) -> Iterator[Trouble]:
    """Those that concern this subcloud by its key or its name, ended ones too."""
    for fault in world.faults.of_work:
        if fault.kind in (FAILS, STUCK) and fault.concerns(cloud.key, record.name):
            yield from one(fault, record)


def one(fault: Fault, record: Record) -> Iterator[Trouble]:
    times = int(fault.options.get("times") or 0)
    if times and record.struck.get(fault.id, 0) >= times:
        return
    phase = str(fault.options["phase"])
    text = "" if fault.kind == STUCK else error_texts.failure(record.name, phase, fault.options["cause"])
    yield Trouble(fault.id, phase, fault.since, fault.until, text, fault.kind == STUCK)
