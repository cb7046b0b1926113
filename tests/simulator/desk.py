"""A world whose time stands still until a test moves it, and what dcmanager makes of it, without HTTP."""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from simulator.clock import Clock
from simulator.dcmanager.office import Office
from simulator.dcmanager.register import Register
from simulator.fleet import Cloud
from simulator.journal import Journal
from simulator.survey import build
from simulator.world import World
from tests.simulator.new_sites import bootstrap, install


@dataclass
class Desk:
    """A world whose time stands still until a test moves it."""

    now: float = 1_800_000_000.0
    subclouds: int = 300
    commands: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        clock = Clock(self.now, 1.0, lambda: self.now)
        journal = Journal(None, 7)
        journal.append = self.commands.append  # type: ignore[method-assign]  # kept here in place of a file
        self.world = World(build(7, self.subclouds, 1), clock, journal, "http://simulator.test")
        self.office = Office(Register(self.world))
        self.register = self.office.register

    def replayed(self) -> "Desk":
        """Another world, started at another time, to which the same was commanded."""
        other = Desk(subclouds=self.subclouds)
        other.world._journal._entries = json.loads(json.dumps(self.commands))
        other.now = self.now
        other.world.replay()
        return other

    def site(self, management: str = "managed") -> Cloud:
        return next(
            cloud
            for cloud in self.world.subclouds(1)
            if cloud.powered and not cloud.initial.out_of_sync and cloud.initial.management == management
        )

    def endpoints(self, cloud: Cloud) -> dict[str, str]:
        return dict(self.register.seen(cloud).endpoints)

    def add(self, number: int, phases: list[str], **changed: Any) -> Cloud:
        """A new subcloud as the handler of POST /v1.0/subclouds would command it."""
        values = bootstrap(number)
        arguments = {
            "bootstrap": values,
            "install": install(number) if "install" in phases else None,
            "network": {
                "subnet": values["management_subnet"],
                "start": values["management_start_address"],
                "end": values["management_end_address"],
                "gateway": values["management_gateway_address"],
            },
            "software": ["26.09", "starlingx-26.09.1", "v1.34.1"],
            "deploy_config": "configure" in phases,
            "bootstrap_address": None,
            "columns": {"description": None, "location": None, "group": 1},
            "status": "not-deployed",
            "phases": phases,
            "ends_as": "complete",
            "last_words": None,
            "original": None,
            "enrolled": False,
            "waits": False,
        }
        return self.office.deployments.add(1, **(arguments | changed))

    def deploy(self, cloud: Cloud) -> str:
        return str(self.register.seen(cloud).deploy.status)

    def statuses(self, cloud: Cloud, until: float = math.inf) -> list[str]:
        """Every deploy-status from now on, moving the clock from change to change."""
        found = [self.deploy(cloud)]
        for _ in self.steps(cloud, until):
            if self.deploy(cloud) != found[-1]:
                found.append(self.deploy(cloud))
        return found

    def steps(self, cloud: Cloud, until: float = math.inf) -> Iterator[float]:
        """Moves the clock to each instant at which something about the subcloud changes by itself."""
        while (change := self.register.seen(cloud).valid_until) < until:
            self.now = change
            yield change

    def wait(self, cloud: Cloud, status: str) -> None:
        """Moves the clock until the subcloud is in that deploy state."""
        if self.deploy(cloud) != status and not any(self.deploy(cloud) == status for _ in self.steps(cloud)):
            raise AssertionError(f"{cloud.name} never got to {status}: it is {self.deploy(cloud)}")
