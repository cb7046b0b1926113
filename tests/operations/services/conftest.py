"""A small fleet that wants a release, and its crew."""

from typing import Any

import pytest

from tests.operations.campaign_facts.patchable import make_patchable
from tests.operations.services.campaigning import Crew
from tests.sites.world import make_user, make_world


@pytest.fixture
def crew(db: Any) -> Crew:
    world = make_world()
    make_patchable(world)
    return Crew(world, make_user("planner", "Engineer", fleet=True), make_user("second", "Approver", fleet=True))
