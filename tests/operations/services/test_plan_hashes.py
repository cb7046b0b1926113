"""Plans that were approved by an older version of this program must not become other plans by an upgrade."""

import pytest

from operations.campaign_report import campaign_facts
from operations.campaigns.approvals import Approvals
from operations.campaigns.rulebook import Json, read_rulebook
from operations.campaigns.waves import make_plan
from operations.models import Campaign, Target
from operations.services.approvals import demand_approval
from operations.services.proposals import campaign_hash
from sites.access import Scopes
from tests.operations.campaigns.planned import START, site
from tests.operations.views.campaigns.made import approve, make_campaign
from tests.sites.world import make_world

ASK = {"kind": "sw-deploy", "release_id": "starlingx-26.09.1"}
RULES = {
    "canaries": {"each": 1},
    "waves": [{"name": "Half", "percent": 50}],
    "windows": [{"name": "Night", "weekdays": [0], "start": "01:00", "end": "05:00"}],
}
BEFORE = "e59d3dd54c8ad776de0152809db5d010ff9425ffce3ae9547dc2ca7930a036ff"  # as reckoned before there was this rule


def hash_of(rules: Json) -> str:
    book = read_rulebook(ASK, rules)
    return campaign_hash(make_plan([site(n) for n in range(1, 7)], book.plan_rules(START)), book, None)


def test_a_plan_from_before_approvals_of_waves_has_the_hash_it_had() -> None:
    assert hash_of(RULES) == hash_of({**RULES, "approvals": Approvals.ONCE.value}) == BEFORE


def test_approvals_of_waves_make_another_plan() -> None:
    assert hash_of({**RULES, "approvals": Approvals.EACH_WAVE.value}) != BEFORE


@pytest.mark.django_db
def test_a_system_controller_that_is_called_otherwise_since_makes_no_other_plan() -> None:
    world = make_world()
    operation = make_campaign(world)
    approve(operation, world)
    controller = world.controllers[0]
    controller.name = "central-one"
    controller.save()
    demand_approval(operation, Campaign.objects.get(pk=operation.pk), world.now)
    facts = campaign_facts(Scopes(fleet=True), operation.pk, world.now)
    assert facts is not None
    assert facts.intact is True
    Campaign.objects.update(rules={"limits": {"overall": 99}})
    facts = campaign_facts(Scopes(fleet=True), operation.pk, world.now)
    assert facts is not None
    assert facts.intact is False


@pytest.mark.django_db
def test_of_a_subcloud_that_is_not_in_the_books_any_more_it_is_not_known() -> None:
    world = make_world()
    operation = make_campaign(world)
    Target.objects.filter(operation=operation, name="edge-0").update(cloud=None)
    facts = campaign_facts(Scopes(fleet=True), operation.pk, world.now)
    assert facts is not None
    assert facts.intact is None
