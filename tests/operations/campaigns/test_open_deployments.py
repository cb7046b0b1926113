"""The deployment that a site has open: who can go back, be cleaned up, or be deployed, and why the others cannot."""

from dataclasses import replace
from typing import Any

import pytest

from operations.campaigns.eligibility import judge
from operations.campaigns.facts import SiteFacts
from operations.campaigns.open_deployments import NO_WAY_BACK, is_settled, no_way_back
from operations.campaigns.rules import CampaignRules
from operations.campaigns.strategy import Kind, StrategySpec
from tests.operations.campaigns.test_eligibility import CONTROLLER, DEPLOY, NOW, RELEASE, SITE, keys, spec

BEFORE, OTHER = "starlingx-26.09.0", "starlingx-26.09.2"
OPEN = {BEFORE: "deployed", RELEASE: "deploying"}
FAILED = "sw-deploy-apply-strategy-failed"


def rules(**flags: Any) -> CampaignRules:
    return CampaignRules(spec=StrategySpec(kind=Kind.SW_DEPLOY, **flags))


def at(releases: dict[str, str] | None, deploy_status: str = "complete", sync: str = "out-of-sync") -> SiteFacts:
    return replace(SITE, releases=releases, deploy_status=deploy_status, endpoint_sync={"software": sync})


@pytest.mark.parametrize(
    ("site", "rollback", "cleanup"),
    [
        (at(OPEN), [], []),
        (at(OPEN, FAILED), [], ["deployment-failed"]),
        (at({BEFORE: "deployed", RELEASE: "available"}), ["no-deployment"], ["no-deployment"]),
        (at({RELEASE: "deployed"}, sync="in-sync"), ["no-deployment"], ["no-deployment"]),
        (at(None), ["releases-unknown"], ["releases-unknown"]),
    ],
)
def test_who_can_go_back_and_be_cleaned_up(site: SiteFacts, rollback: list[str], cleanup: list[str]) -> None:
    assert keys(site, rules(rollback=True)) == rollback
    assert keys(site, rules(cleanup=True)) == cleanup


@pytest.mark.parametrize(
    ("site", "change", "against"),
    [
        (at(OPEN), {}, ["deployed"]),
        (at(OPEN), {"delete": True}, []),  # only the deletion is left to do
        (at(OPEN, FAILED), {}, []),  # it goes on where it failed
        (at({RELEASE: "available", OTHER: "deploying"}), {}, ["deployment-open"]),
    ],
)
def test_who_can_be_deployed(site: SiteFacts, change: dict[str, Any], against: list[str]) -> None:
    assert keys(site, spec(DEPLOY, **change)) == against


def test_another_deployment_is_named() -> None:
    (reason,) = judge(at({RELEASE: "available", OTHER: "deploying"}), DEPLOY, CONTROLLER, NOW)
    assert OTHER in reason.sentence


def test_kubernetes_waits_for_what_is_open() -> None:
    ready = replace(SITE, releases=OPEN)
    assert keys(ready, CampaignRules(spec=StrategySpec(kind=Kind.KUBERNETES))) == ["deployment-open"]
    assert keys(ready, CampaignRules(spec=StrategySpec(kind=Kind.FIRMWARE))) == []


def test_why_there_is_no_way_back() -> None:
    assert (no_way_back(OPEN), no_way_back({RELEASE: "deployed"})) == ("", NO_WAY_BACK)
    assert "not known" in no_way_back(None)


@pytest.mark.parametrize(
    ("flags", "releases", "deploy_status", "settled"),
    [
        ({}, OPEN, "complete", True), ({}, OPEN, FAILED, False), ({"delete": True}, OPEN, "complete", False),
        ({}, {RELEASE: "available"}, "complete", False), ({}, None, "complete", False),
    ],
)  # fmt: skip
def test_a_deployment_that_stays_open_is_done(
    flags: dict[str, bool], releases: dict[str, str] | None, deploy_status: str, settled: bool
) -> None:
    asked = StrategySpec(kind=Kind.SW_DEPLOY, release_id=RELEASE, **flags)
    assert is_settled(asked, releases, deploy_status) is settled
