"""A simulated fleet and collectors that watch it. No web process: these tests read the database."""

from collections.abc import Callable, Iterator

import pytest

from tests.collector.watching import Watched
from tests.fixtures.fleet import Simulator
from tests.fixtures.portal import Installer

SUBCLOUDS = 12


@pytest.fixture(scope="package")
def fleet(start_simulator: Callable[..., Simulator], package_portal: Installer) -> Iterator[Watched]:
    """A calm fleet of one controller that one collector has read once. Tests leave it as they found it."""
    simulator = start_simulator(subclouds=SUBCLOUDS, speed=60)
    simulator.control("churn", {"on": False})
    found = Watched(simulator, package_portal(simulator, web=False, DCPORTAL_SPEED="60"))
    found.until_swept()
    yield found
    simulator.child.stop()
