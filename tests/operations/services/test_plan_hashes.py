"""Plans that were approved by an older version of this program must not become other plans by an upgrade."""

from operations.campaigns.approvals import Approvals
from operations.campaigns.rulebook import Json, read_rulebook
from operations.campaigns.waves import make_plan
from operations.services.proposals import campaign_hash
from tests.operations.campaigns.planned import START, site

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
