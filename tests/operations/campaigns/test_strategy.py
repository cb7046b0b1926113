"""Arguments of strategies: what dcmanager would refuse, and how it shows what it took."""

from datetime import UTC, datetime

import pytest

from operations.campaigns.strategy import (
    ENDPOINTS,
    Kind,
    StrategySpec,
    derived_arguments,
    major,
    problems,
    shown_arguments,
    version,
)

R = "starlingx-26.09.1"
NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("spec", "shown"),
    [
        (StrategySpec(kind=Kind.SW_DEPLOY, release_id=R), {("release_id", R)}),
        (
            StrategySpec(kind=Kind.SW_DEPLOY, release_id=R, delete=True, snapshot=True),
            {("release_id", R), ("delete", "true"), ("snapshot", "true")},
        ),
        (StrategySpec(kind=Kind.SW_DEPLOY, rollback=True), {("rollback", "true")}),
        (
            StrategySpec(kind=Kind.PRESTAGE, release="26.09"),
            {("prestage-software-version", "26.09"), ("for_sw_deploy", "true")},
        ),
        (
            StrategySpec(kind=Kind.PRESTAGE, release="26.09", for_install=True, force=True),
            {("prestage-software-version", "26.09"), ("force", "true")},
        ),
        (StrategySpec(kind=Kind.KUBERNETES, to_version="1.34.1"), {("to-version", "v1.34.1")}),
        (StrategySpec(kind=Kind.KUBERNETES), set()),
        (StrategySpec(kind=Kind.KUBE_ROOTCA, expiry_date="2030-01-01"), {("expiry-date", "2030-01-01")}),
        (StrategySpec(kind=Kind.FIRMWARE), set()),
    ],
)
def test_arguments_as_dcmanager_shows_them(spec: StrategySpec, shown: set[tuple[str, str]]) -> None:
    assert problems(spec, NOW) == ()
    assert shown_arguments(spec) == shown


def test_what_dcmanager_adds_by_itself_is_known() -> None:
    assert "prestage-software-version" in derived_arguments(
        StrategySpec(kind=Kind.SW_DEPLOY, release_id=R, with_prestage=True)
    )
    assert derived_arguments(StrategySpec(kind=Kind.SW_DEPLOY, release_id=R)) == frozenset()


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        (StrategySpec(kind=Kind.SW_DEPLOY), "Choose the release to deploy"),
        (StrategySpec(kind=Kind.SW_DEPLOY, release_id="latest"), "is no release"),
        (StrategySpec(kind=Kind.SW_DEPLOY, rollback=True, cleanup=True), "not both"),
        (StrategySpec(kind=Kind.SW_DEPLOY, rollback=True, release_id=R), "takes no release_id"),
        (StrategySpec(kind=Kind.SW_DEPLOY, rollback=True, snapshot=True), "takes no snapshot"),
        (StrategySpec(kind=Kind.SW_DEPLOY, cleanup=True, with_prestage=True), "takes no with_prestage"),
        (StrategySpec(kind=Kind.SW_DEPLOY, release_id="starlingx-24.09.1", snapshot=True), "Snapshots need"),
        (StrategySpec(kind=Kind.PRESTAGE), "Choose the release to prestage"),
        (StrategySpec(kind=Kind.PRESTAGE, release="22.12"), "24.09 or later"),
        (StrategySpec(kind=Kind.FIRMWARE, rollback=True), "takes no rollback"),
        (StrategySpec(kind=Kind.KUBERNETES, to_version="new"), "is no Kubernetes version"),
        (StrategySpec(kind=Kind.KUBE_ROOTCA, subject="O=Us"), "common name"),
        (StrategySpec(kind=Kind.KUBE_ROOTCA, expiry_date=f"{NOW:%Y-%m-%d}"), "too soon"),
        (StrategySpec(kind=Kind.SW_DEPLOY, release_id=R, force=True), "takes no force"),
        (StrategySpec(kind=Kind.SW_DEPLOY, release_id=R, subject="CN=us"), "takes no subject"),
        (StrategySpec(kind=Kind.SW_DEPLOY, release_id=R, for_install=True), "takes no for_install"),
        (StrategySpec(kind=Kind.KUBERNETES, force=True), "takes no force"),
        (StrategySpec(kind=Kind.FIRMWARE, to_version="v1.34.1"), "takes no to_version"),
    ],
)
def test_what_dcmanager_would_refuse_is_said(spec: StrategySpec, says: str) -> None:
    assert any(says in problem for problem in problems(spec, NOW))


def test_versions() -> None:
    assert version(R) == (26, 9, 1)
    assert version("v1.34.1") == (1, 34, 1)
    assert version("latest") == ()
    assert (major(R), major("x")) == ("26.09", "")
    assert set(Kind) - set(ENDPOINTS) == {Kind.PRESTAGE}
