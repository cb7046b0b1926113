"""How sites of campaigns stand, and which a person has to look at first: one set of conditions for both."""

from typing import Any

import pytest

from operations.campaign_reads import sites
from operations.choices import TargetState
from operations.models import Target
from operations.standings import TROUBLE, Standing
from sites.access import Scopes
from tests.operations.views.campaigns.made import make_campaign, set_site
from tests.sites.world import make_world

ALARM = [{"alarm_id": "100.101", "entity": "host=controller-0"}]
KEPT: tuple[dict[str, Any], ...] = (
    {}, {"held_by": "olga"}, {"skipped": True, "held_by": "olga"}, {"excused_by": "olga"}, {"new_alarms": ALARM},
    {"cause": "held"}, {"excused_by": "olga", "new_alarms": ALARM},
)  # fmt: skip


@pytest.mark.django_db
def test_the_rank_is_that_of_the_word() -> None:
    operation = make_campaign(make_world())
    clean = {"held_by": "", "skipped": False, "excused_by": "", "new_alarms": [], "cause": ""}
    words = set()
    for state in TargetState:
        for kept in KEPT:
            Target.objects.filter(name="edge-0").update(ended_at=None)
            set_site(operation, "edge-0", state, **clean | kept)
            row = sites(Scopes(fleet=True), operation.pk).get(name="edge-0")
            assert TROUBLE[row.trouble] == row.standing, (state, kept)
            words.add(Standing(row.standing))
    assert words == set(Standing)
