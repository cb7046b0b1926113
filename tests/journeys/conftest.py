"""Installations that journeys share: starting one costs seconds."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest

from dcportal.database import layout
from tests.database.running import PrivateServer
from tests.fixtures.fleet import Simulator
from tests.fixtures.portal import Installer, Portal
from tests.journeys.installation import Installation
from tests.journeys.patching import Board
from tests.simulator.campaigns import campaign

SUBCLOUDS = 40
PATIENCE = "10"  # seconds after which what a killed worker held is free again


@pytest.fixture(scope="module")
def install(
    start_simulator: Callable[..., Simulator], module_portal: Installer
) -> Iterator[Callable[..., Installation]]:
    """Start a fleet and a portal that watches it, for one file: `install(subclouds=20, DCPORTAL_SPEED="30")`."""
    simulators: list[Simulator] = []

    def start(**options: str | int) -> Installation:
        settings = {name: str(options.pop(name)) for name in list(options) if name.isupper()}
        simulators.append(start_simulator(**options))
        return Installation(simulators[-1], module_portal(simulators[-1], **settings))

    yield start
    for each in simulators:
        each.child.stop()


@pytest.fixture(scope="module")
def board_of(start_simulator: Callable[..., Simulator], module_portal: Installer) -> Iterator[Callable[..., Board]]:
    """Start a fleet whose sites lack a patch, and a portal that has read it: `board_of(subclouds=8, speed="240")`."""
    boards: list[Board] = []

    def start(*, speed: str, controllers: int = 1, **options: int) -> Board:
        made = campaign(start_simulator, controllers=controllers, speed=int(speed), **options)
        portal = module_portal(worker=True, DCPORTAL_SPEED=speed, DCPORTAL_CAMPAIGNS="true", DCPORTAL_LEASE=PATIENCE)
        boards.append(Board(portal, made.fleet, controllers))
        boards[-1].register()
        portal.start("collector")
        installation = Installation(made.fleet, portal)
        installation.until_read(options["subclouds"])
        installation.until_inventoried()
        return boards[-1]

    yield start
    for each in boards:
        each.simulator.child.stop()


@pytest.fixture(scope="package")
def calm(start_simulator: Callable[..., Simulator], package_portal: Installer) -> Iterator[Installation]:
    """One fleet for all journeys that leave it as they found it. No alarm comes or goes by itself."""
    simulator = start_simulator(subclouds=SUBCLOUDS, speed=60)
    simulator.control("churn", {"on": False})
    portal: Portal = package_portal(simulator, DCPORTAL_SPEED="60")
    installation = Installation(simulator, portal)
    installation.until_read(SUBCLOUDS)
    installation.until_inventoried()
    yield installation
    simulator.child.stop()


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateServer]:
    """A cluster of this test's own, kept alive by its supervisor as in production."""
    folder = tmp_path_factory.mktemp("own-cluster")
    server = PrivateServer(folder / "var", folder / "database.log")
    try:
        yield server.start()
    finally:
        server.stop()
        if os.geteuid() == 0:  # then the data lie elsewhere
            shutil.rmtree(layout.for_checkout(server.var).home, ignore_errors=True)
