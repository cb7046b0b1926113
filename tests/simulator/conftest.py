"""One fleet for all reading tests, and its dcmanager."""

from collections.abc import Callable

import pytest

from tests.fixtures.fleet import Simulator
from tests.simulator.cloud_calls import Dcmanager


@pytest.fixture(scope="session")
def fleet(start_simulator: Callable[..., Simulator]) -> Simulator:
    """120 subclouds at one System Controller, sixty times as fast."""
    return start_simulator(subclouds=120, controllers=1, seed=7, speed=60)


@pytest.fixture(scope="session")
def dcmanager(fleet: Simulator) -> Dcmanager:
    return Dcmanager(fleet.url)
