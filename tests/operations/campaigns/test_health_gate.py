"""Which lines of a site's own health query speak against it: not those that another gate judges."""

from dataclasses import replace
from datetime import timedelta

import pytest

from operations.campaigns.eligibility import judge
from operations.campaigns.facts import FailedCheck
from operations.campaigns.patience import FACTS, is_soon_told, patience
from operations.campaigns.rules import CampaignRules, CephGate
from operations.campaigns.strategy import Kind, StrategySpec
from tests.operations.campaigns.test_eligibility import CONTROLLER, DEPLOY, FIRMWARE, KUBERNETES, NOW, SITE, keys

CEPH, ALARMS, PATCHES = "Ceph Storage Healthy", "No alarms", "All hosts are patch current"
ROLLBACK = CampaignRules(spec=StrategySpec(kind=Kind.SW_DEPLOY, rollback=True))


@pytest.mark.parametrize(
    ("name", "rules", "against"),
    [
        (ALARMS, DEPLOY, []), (ALARMS, KUBERNETES, []), (CEPH, DEPLOY, ["health-failed"]),
        (CEPH, replace(DEPLOY, ceph=CephGate.NO_ERROR), []), (CEPH, replace(DEPLOY, ceph=CephGate.OFF), []),
        (PATCHES, DEPLOY, []), (PATCHES, ROLLBACK, []), (PATCHES, KUBERNETES, ["health-failed"]),
        (PATCHES, FIRMWARE, ["health-failed"]), ("All hosts have vim enabled", DEPLOY, ["health-failed"]),
        ("Anything new", DEPLOY, ["health-failed"]), ("Anything new", replace(DEPLOY, health=False), []),
    ],
)  # fmt: skip
def test_lines_that_count(name: str, rules: CampaignRules, against: list[str]) -> None:
    found = keys(replace(SITE, health_failures=(FailedCheck(name),)), rules)
    assert [key for key in found if key.startswith("health")] == against


def test_a_failed_query_is_named_beside_what_was_known() -> None:
    old = replace(SITE, health_at=NOW - timedelta(hours=30), health_error="no answer within 60 s")
    (reason,) = judge(old, DEPLOY, CONTROLLER, NOW)
    assert reason.sentence == "It was asked for its health 30 h ago; since then: no answer within 60 s."


def test_what_a_look_will_tell_costs_no_site_its_turn_nor_its_place_among_canaries() -> None:
    unasked = judge(replace(SITE, health_failures=None, health_at=None), DEPLOY, CONTROLLER, NOW)
    failed = judge(replace(SITE, health_failures=(FailedCheck("x"),)), DEPLOY, CONTROLLER, NOW)
    assert [is_soon_told(reasons) for reasons in (unasked, failed, ())] == [True, False, False]
    assert [patience(reasons, FACTS) for reasons in (unasked, failed)] == [FACTS, timedelta(0)]
