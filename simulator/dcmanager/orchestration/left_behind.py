"""The finished software strategy that somebody has left behind at the last controller of a new fleet."""

from __future__ import annotations

from simulator.dcmanager.orchestration.strategy import Step, Strategy
from simulator.dcmanager.register import Register
from simulator.dcmanager.stored_values import encoded_secret
from simulator.fleet import Cloud, Controller
from simulator.identity import stable_fraction
from simulator.survey import CURRENT

FAILURE = "apply VIM sw-deploy strategy: Failed to apply the strategy: a host did not come back after its reboot"
GROUP = 5
MAX_STEPS = 200
PARALLEL = 10


def left_behind(register: Register) -> Strategy:
    owner = register.world.fleet.controllers[-1]
    created_at = register.clock.epoch - 2 * 86400.0
    steps = [step(number, cloud, created_at) for number, cloud in enumerate(members(owner), start=1)]
    extra = {
        "release_id": CURRENT.release_id,
        "snapshot": False,
        "rollback": False,
        "delete": False,
        "with_prestage": True,
        "sysadmin_password": encoded_secret(owner.central, "sysadmin"),
    }
    strategy = Strategy(1, owner.number, "sw-deploy", "parallel", PARALLEL, False, extra, created_at)
    strategy.steps = steps
    strategy.move(strategy.outcome() or "complete", created_at + 14400.0)
    return strategy


def step(number: int, cloud: Cloud, created_at: float) -> Step:
    has_failed = stable_fraction(cloud.seed, "step-failed") < 0.06
    started_at = created_at + 120.0 + (number - 1) // PARALLEL * 2400.0
    finished_at = started_at + 1800.0 + 600.0 * stable_fraction(cloud.seed, "step")
    return Step(
        number,
        cloud.key,
        cloud.name,
        created_at + number * 0.004,
        "failed" if has_failed else "complete",
        FAILURE if has_failed else "",
        started_at,
        finished_at,
        finished_at,
        sent=True,
    )


def members(controller: Controller) -> list[Cloud]:
    """The managed sites of the Canary group, or the first ones where it has none."""
    managed = [cloud for cloud in controller.subclouds if cloud.initial.management == "managed" and cloud.powered]
    return ([cloud for cloud in managed if cloud.group == GROUP] or managed[:5])[:MAX_STEPS]
