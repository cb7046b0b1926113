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

SUBCLOUDS = 40


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
