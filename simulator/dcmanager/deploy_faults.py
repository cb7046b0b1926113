"""Faults that make deployments fail or hang, as troubles of the life-cycle engine.

Beside those made for it, an installation fails while its BMC does not answer or refuses its account; a server of the
rack also when the install values have another account than it has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from simulator.bmc_accounts import BMC_USER, encoded_password
from simulator.dcmanager import error_texts
from simulator.dcmanager.lifecycle import Trouble
from simulator.dcmanager.record import Record
from simulator.faults import Fault
from simulator.fleet import Cloud
from simulator.hardware import in_rack
from simulator.world import World

FAILS, STUCK = "deploy-fails", "deploy-stuck"
BOARD_CAUSES = {"bmc-unreachable": "ping_bmc", "bmc-bad-credentials": "bmc_cred"}


def troubles(world: World, cloud: Cloud, record: Record) -> Iterator[Trouble]:
    """Those that concern this subcloud by its key or its name, ended ones too."""
    for fault in world.faults.of_work:
        if fault.kind in (FAILS, STUCK) and fault.concerns(cloud.key, record.name):
            yield from one(fault, record)
    yield from board(world, cloud, record)


def board(world: World, cloud: Cloud, record: Record) -> Iterator[Trouble]:
    """What is wrong with the BMC that installs controller-0."""
    address = cloud.addressing.bmc[0]
    for key, host in ((cloud.key, "controller-0"), ((cloud.controller, None), address)):
        for fault in world.faults.all_on(key):
            if fault.kind in BOARD_CAUSES and fault.options["host"] in (host, None if key == cloud.key else host):
                text = error_texts.failure(record.name, "install", BOARD_CAUSES[fault.kind])
                yield Trouble(fault.id, "install", fault.since, fault.until, text)
    values = record.install_values
    if values is not None and in_rack(address) and not knows_account(cloud, values):
        yield Trouble(0, "install", 0.0, None, error_texts.failure(record.name, "install", "bmc_cred"))


def knows_account(cloud: Cloud, values: Mapping[str, Any]) -> bool:
    account = (values.get("bmc_username"), values.get("bmc_password"))
    return account == (BMC_USER, encoded_password(cloud, cloud.addressing.bmc[0]))


def one(fault: Fault, record: Record) -> Iterator[Trouble]:
    times = int(fault.options.get("times") or 0)
    if times and record.struck.get(fault.id, 0) >= times:
        return
    phase = str(fault.options["phase"])
    text = "" if fault.kind == STUCK else error_texts.failure(record.name, phase, fault.options["cause"])
    yield Trouble(fault.id, phase, fault.since, fault.until, text, fault.kind == STUCK)
