"""Kubernetes: the System Controller must know the version, and the site must be able to go there in one step."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from operations.campaigns.eligibility import judge
from operations.campaigns.facts import ControllerFacts, SiteFacts
from operations.campaigns.rules import CampaignRules
from operations.campaigns.strategy import Kind, StrategySpec
from tests.operations.campaigns.test_eligibility import CONTROLLER, DEPLOY, NOW, SITE, keys, spec


def going_to(version: str) -> CampaignRules:
    return CampaignRules(spec=StrategySpec(kind=Kind.KUBERNETES, to_version=version))


def at(versions: Mapping[str, str] | None, **facts: Any) -> SiteFacts:
    return replace(SITE, kubernetes=versions, **facts)


def knows(versions: Mapping[str, str] | None) -> ControllerFacts:
    return replace(CONTROLLER, kubernetes=versions)


@pytest.mark.parametrize("version", ["v9.99.9", "9.99.9", "v1.34"])
def test_a_version_that_the_controller_does_not_know(version: str) -> None:
    (first, *_) = judge(SITE, going_to(version), CONTROLLER, NOW)
    assert first.key == "release-not-on-controller"
    assert "does not know Kubernetes v" in first.sentence


@pytest.mark.parametrize("version", ["v1.34.1", "1.34.1", ""])
def test_the_next_step_is_legal(version: str) -> None:
    assert keys(SITE, going_to(version)) == []


@pytest.mark.parametrize(
    ("versions", "key", "says"),
    [
        (None, "kubernetes-unknown", "not known"),
        ({}, "kubernetes-unknown", "which Kubernetes version runs"),
        ({"v1.34.1": "active"}, "newer", "runs Kubernetes v1.34.1 already"),
        ({"v1.35.2": "active"}, "newer", "runs Kubernetes v1.35.2 already"),
        ({"v1.32.2": "active", "v1.33.4": "available"}, "kubernetes-not-there", "only up to v1.33.4"),
        ({"v1.32.2": "active", "v1.33.4": "available", "v1.34.1": "unavailable"}, "kubernetes-step",
         "From v1.32.2 it cannot go to v1.34.1 in one step: it can go to v1.33.4 now."),
        ({"v1.32.2": "active", "v1.34.1": "unavailable"}, "kubernetes-step", "none now"),
        ({"v1.32.2": "partial", "v1.33.4": "partial"}, "kubernetes-step", "to v1.33.4 is open there"),
    ],
)  # fmt: skip
def test_a_site_that_cannot_go_there(versions: Mapping[str, str] | None, key: str, says: str) -> None:
    (reason,) = judge(at(versions), going_to("v1.34.1"), CONTROLLER, NOW)
    assert (reason.key, says in reason.sentence) == (key, True)


def test_an_open_upgrade_to_the_same_version_goes_on() -> None:
    assert keys(at({"v1.33.4": "partial", "v1.34.1": "partial"}), going_to("v1.34.1")) == []


def test_many_minor_versions_at_once_only_where_the_site_offers_that() -> None:
    assert keys(at({"v1.32.2": "active", "v1.33.4": "available", "v1.34.1": "available"}), going_to("v1.34.1")) == []


def test_a_controller_that_does_not_tell() -> None:
    assert keys(SITE, going_to("v1.34.1"), knows(None)) == ["controller-unknown"]
    assert keys(SITE, going_to(""), knows({"v1.33.4": "partial", "v1.34.1": "partial"})) == ["controller-unknown"]


def test_kubernetes_along_with_software_is_asked_of_the_controller_only() -> None:
    assert keys(SITE, spec(DEPLOY, kube_upgrade="v1.34.1")) == []
    assert keys(SITE, spec(DEPLOY, kube_upgrade="v9.99.9")) == ["release-not-on-controller"]
    assert keys(at(None), spec(DEPLOY, kube_upgrade="v1.34.1")) == []
