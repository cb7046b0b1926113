"""The copies of StarlingX's lists: what differs by release and type, and what is management-affecting."""

from dataclasses import replace

import pytest

from operations.campaigns.alarm_gates import OWN_ALARMS, alarm_checks
from operations.campaigns.facts import AlarmFact, AlarmKey
from operations.campaigns.strategy import Kind, StrategySpec

DEPLOY = StrategySpec(kind=Kind.SW_DEPLOY, release_id="starlingx-26.09.1")
KUBERNETES = StrategySpec(kind=Kind.KUBERNETES)
PRESTAGE = StrategySpec(kind=Kind.PRESTAGE, release="26.09")
ROLLBACK = StrategySpec(kind=Kind.SW_DEPLOY, rollback=True)
FIRMWARE = StrategySpec(kind=Kind.FIRMWARE)


def alarm(alarm_id: str, mgmt_affecting: bool | None = True) -> AlarmFact:
    return AlarmFact(AlarmKey(alarm_id, "host=controller-0"), "major", mgmt_affecting)


def stops(spec: StrategySpec, release: str, which: AlarmFact, *, strict: bool = False) -> list[str]:
    return [check.who for check in alarm_checks(spec, release, strict=strict) if check.stops_on(which)]


@pytest.mark.parametrize(
    ("spec", "release", "alarm_id", "who"),
    [
        (DEPLOY, "26.03", "900.401", ["the VIM", "USM's precheck"]),
        (DEPLOY, "26.09", "900.401", ["USM's precheck"]),
        (DEPLOY, "26.10", "900.401", ["USM's precheck"]),  # no list of its own: the one before it
        (DEPLOY, "26.09", "200.001", ["USM's precheck"]),  # a locked host: the VIM would not mind
        (DEPLOY, "24.09", "280.002", []),
        (DEPLOY, "26.09", "400.001", ["the VIM", "USM's precheck"]),
        (ROLLBACK, "26.09", "200.001", []),  # a rollback makes no precheck
        (KUBERNETES, "24.09", "900.023", ["dcmanager's Kubernetes check", "the VIM"]),
        (KUBERNETES, "25.09", "900.023", ["dcmanager's Kubernetes check"]),
        (KUBERNETES, "26.03", "900.024", ["dcmanager's Kubernetes check", "the VIM"]),
        (KUBERNETES, "26.09", "900.024", ["dcmanager's Kubernetes check"]),
        (KUBERNETES, "26.09", "200.001", []),
        (PRESTAGE, "26.09", "200.001", ["dcmanager's prestage check"]),
        (FIRMWARE, "26.09", "280.001", ["the VIM"]),
        (FIRMWARE, "26.09", "280.002", []),
        (DEPLOY, "", "900.401", ["the VIM", "USM's precheck"]),  # unknown release: what all agree on
        (KUBERNETES, "22.12", "900.023", ["dcmanager's Kubernetes check", "the VIM"]),  # before the first list
    ],
)
def test_who_stops_on_what(spec: StrategySpec, release: str, alarm_id: str, who: list[str]) -> None:
    assert stops(spec, release, alarm(alarm_id)) == who


def test_relaxed_checks_mind_management_affecting_alarms_only() -> None:
    assert stops(DEPLOY, "26.09", alarm("100.114", mgmt_affecting=False)) == []
    assert stops(DEPLOY, "26.09", alarm("100.114", mgmt_affecting=None)) == ["the VIM", "USM's precheck"]
    assert stops(DEPLOY, "26.09", alarm("100.114", mgmt_affecting=False), strict=True) == ["the VIM", "USM's precheck"]


def test_forced_prestage_minds_none_and_prestage_of_a_deployment_minds_all() -> None:
    assert stops(replace(PRESTAGE, force=True), "26.09", alarm("400.001")) == []
    assert stops(replace(DEPLOY, with_prestage=True), "26.09", alarm("280.002")) == ["dcmanager's prestage check"]


def test_an_open_deployment_is_not_prechecked_again() -> None:
    who = [check.who for check in alarm_checks(DEPLOY, "26.09", deployment_open=True)]
    assert who == ["the VIM"]


@pytest.mark.parametrize("kind", Kind)
def test_every_list_has_a_source_and_own_alarms_are_known(kind: Kind) -> None:
    for release in ("24.09", "25.09", "26.03", "26.09", "27.03", ""):
        checks = alarm_checks(StrategySpec(kind=kind, release_id="starlingx-26.09.1"), release)
        assert checks
        assert all(check.source for check in checks)
    assert kind in OWN_ALARMS
