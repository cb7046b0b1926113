"""The price of a legal verb is said before it is paid."""

import pytest

from operations.planning.cautions import cautions
from operations.planning.subcloud_state import SubcloudState

COMPLETE = SubcloudState(deploy_status="complete")


@pytest.mark.parametrize(
    ("verb", "state", "says"),
    [
        ("redeploy", COMPLETE, "lost"),
        ("abort", SubcloudState(deploy_status="installing"), "powered off"),
        ("abort", SubcloudState(deploy_status="bootstrapping"), "10 minutes"),
        ("edit", SubcloudState(deploy_status="complete", peer_group=True), "out of sync"),
        ("unmanage", SubcloudState(deploy_status="sw-deploy-in-progress"), "software deployment"),
        ("configure", COMPLETE, "applied again"),
        ("complete", SubcloudState(deploy_status="bootstrap-complete"), "finished"),
    ],
)
def test_a_price(verb: str, state: SubcloudState, says: str) -> None:
    assert any(says in sentence for sentence in cautions(verb, state))


@pytest.mark.parametrize("verb", ["move_group", "manage", "edit", "prestage", "resume"])
def test_no_price(verb: str) -> None:
    assert cautions(verb, COMPLETE) == ()


def test_an_unknown_verb_is_an_error() -> None:
    with pytest.raises(ValueError, match="explode"):
        cautions("explode", COMPLETE)
