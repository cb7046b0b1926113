"""One fleet for all reading tests, and its dcmanager."""

from collections.abc import Callable, Iterator
from itertools import count

import pytest

from tests.fixtures.fleet import Simulator
from tests.simulator.cloud_calls import Dcmanager
from tests.simulator.new_sites import NewSite


@pytest.fixture(scope="session")
def fleet(start_simulator: Callable[..., Simulator]) -> Simulator:
    """120 subclouds at one System Controller, sixty times as fast."""
    return start_simulator(subclouds=120, controllers=1, seed=7, speed=60)


@pytest.fixture(scope="session")
def workshop(start_simulator: Callable[..., Simulator]) -> Simulator:
    """A fleet for tests that deploy: 40 subclouds at two System Controllers, sixty times as fast."""
    return start_simulator(subclouds=40, controllers=2, seed=7, speed=60)


@pytest.fixture(scope="session")
def numbers() -> Iterator[int]:
    """Numbers of new sites, none of them twice."""
    return count(1)


@pytest.fixture
def new_site(workshop: Simulator, numbers: Iterator[int]) -> Callable[[], NewSite]:
    """Makes requests about a site that is not there yet, at the first System Controller of the workshop."""
    dcmanager = Dcmanager(workshop.url)
    return lambda: NewSite(dcmanager, next(numbers))


@pytest.fixture
def broken_workshop(workshop: Simulator) -> Iterator[Callable[..., int]]:
    """Injects faults into the workshop and ends them after the test: `broken_workshop(kind, subcloud, **options)`."""
    mine: list[int] = []

    def inject(kind: str, subcloud: object = "central", for_seconds: float | None = None, **options: object) -> int:
        body = {"kind": kind, "controller": 1, "subcloud": subcloud, "seconds": for_seconds, "options": options}
        mine.append(workshop.control("faults", body)["id"])
        return mine[-1]

    yield inject
    active = {fault["id"] for fault in workshop.control("faults")["faults"]}
    for identifier in active.intersection(mine):
        workshop.control(f"faults/{identifier}", method="DELETE")


@pytest.fixture(scope="session")
def dcmanager(fleet: Simulator) -> Dcmanager:
    return Dcmanager(fleet.url)
