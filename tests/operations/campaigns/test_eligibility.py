"""Every reason by its key: a site that may take part, and what each single change to it says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from operations.campaigns.eligibility import CHECKS, judge
from operations.campaigns.facts import AlarmFact, AlarmKey, ControllerFacts, FailedCheck, SiteFacts
from operations.campaigns.reasons import Effect, is_alone, is_eligible, is_held
from operations.campaigns.rules import CampaignRules, CephGate
from operations.campaigns.strategy import Kind, StrategySpec

NOW = datetime(2026, 11, 26, 1, 30, tzinfo=UTC)
RELEASE = "starlingx-26.09.1"
SITE = SiteFacts(
    name="cell-0012", management_state="managed", availability_status="online", deploy_status="complete",
    backup_status="complete-central", backup_at=NOW - timedelta(hours=5), software_version="26.09",
    endpoint_sync={"software": "out-of-sync", "kubernetes": "out-of-sync", "kube-rootca": "out-of-sync",
                   "firmware": "out-of-sync", "platform": "in-sync"},
    releases={"starlingx-26.09.0": "deployed", RELEASE: "available"}, alarms=(), ceph="ok", system_mode="simplex",
    active_controller="controller-0", health_failures=(), health_at=NOW,
    kubernetes={"v1.32.2": "unavailable", "v1.33.4": "active", "v1.34.1": "available"}, kubernetes_at=NOW,
    statuses_at=NOW, alarms_at=NOW, ceph_at=NOW,
)  # fmt: skip
CONTROLLER = ControllerFacts(
    name="central-1", reachable=True, software_version="26.09", releases={RELEASE: "deployed"},
    kubernetes={"v1.33.4": "unavailable", "v1.34.1": "active", "v1.35.2": "available"}, deploying=False, seen_at=NOW,
)  # fmt: skip
DEPLOY = CampaignRules(spec=StrategySpec(kind=Kind.SW_DEPLOY, release_id=RELEASE), backup_within=timedelta(hours=24))
PRESTAGE = CampaignRules(spec=StrategySpec(kind=Kind.PRESTAGE, release="26.09"))
KUBERNETES = CampaignRules(spec=StrategySpec(kind=Kind.KUBERNETES, to_version="v1.34.1"))
ROOTCA = CampaignRules(spec=StrategySpec(kind=Kind.KUBE_ROOTCA))
FIRMWARE = CampaignRules(spec=StrategySpec(kind=Kind.FIRMWARE))
OTHERS = (PRESTAGE, KUBERNETES, ROOTCA, FIRMWARE)


def spec(rules: CampaignRules, **change: Any) -> CampaignRules:
    return replace(rules, spec=replace(rules.spec, **change))


def keys(site: SiteFacts, rules: CampaignRules = DEPLOY, controller: ControllerFacts = CONTROLLER) -> list[str]:
    return [reason.key for reason in judge(site, rules, controller, NOW)]


@pytest.mark.parametrize("rules", [DEPLOY, *OTHERS], ids=lambda rules: str(rules.spec.kind))
def test_a_good_site_may_take_part(rules: CampaignRules) -> None:
    assert judge(SITE, rules, CONTROLLER, NOW) == ()


@pytest.mark.parametrize(
    ("change", "key", "effect", "says"),
    [
        ({"statuses_at": None}, "never-seen", Effect.HOLD, "never been read"),
        ({"statuses_at": NOW - timedelta(minutes=5)}, "stale", Effect.HOLD, "5 min old"),
        ({"management_state": "unmanaged"}, "unmanaged", Effect.EXCLUDE, "manage it first"),
        ({"management_state": ""}, "management-unknown", Effect.HOLD, "not known"),
        ({"availability_status": "offline"}, "offline", Effect.HOLD, "online again"),
        ({"availability_status": ""}, "availability-unknown", Effect.HOLD, "not known"),
        ({"deploy_status": "secondary"}, "secondary", Effect.EXCLUDE, "another System Controller"),
        ({"deploy_status": "rehome-pending"}, "rehoming", Effect.EXCLUDE, "moves between"),
        ({"deploy_status": "rehoming"}, "rehoming", Effect.EXCLUDE, "moves between"),
        ({"deploy_status": "sw-deploy-in-progress"}, "deploy-running", Effect.HOLD, "wait until"),
        ({"deploy_status": "reconfiguring-network"}, "deploy-running", Effect.HOLD, "wait until"),
        ({"deploy_status": "config-failed"}, "deploy-status", Effect.EXCLUDE, "must be complete"),
        ({"deploy_status": "half-baked"}, "deploy-unknown", Effect.HOLD, "half-baked"),
        ({"deploy_status": ""}, "deploy-unknown", Effect.HOLD, "not known"),
        ({"busy_with": "Operation 12"}, "busy", Effect.HOLD, "Operation 12 works on it"),
        ({"backup_status": "backing-up"}, "backup-running", Effect.HOLD, "under way"),
        ({"prestage_status": "prestaging"}, "prestage-running", Effect.HOLD, "being prestaged"),
        ({"endpoint_sync": {"software": "unknown"}}, "unknown-sync", Effect.HOLD, "would refuse every strategy"),
        ({"endpoint_sync": {"platform": "in-sync"}}, "unknown-sync", Effect.HOLD, "not known to this portal"),
        ({"endpoint_sync": {"software": "syncing"}}, "unknown-sync", Effect.HOLD, "syncing"),
        ({"endpoint_sync": {"software": "in-sync"}}, "in-sync", Effect.EXCLUDE, "nothing is left"),
        ({"releases": {RELEASE: "deployed"}}, "deployed", Effect.EXCLUDE, "is deployed there already"),
        ({"releases": {}}, "not-prestaged", Effect.HOLD, "is not prestaged"),
        ({"releases": {RELEASE: "unavailable"}}, "not-prestaged", Effect.HOLD, "unavailable"),
        ({"releases": None}, "not-prestaged", Effect.HOLD, "prestage status is none"),
        ({"releases": {}, "prestaged_since": True, "prestage_status": "complete", "prestage_versions": "25.09"},
         "not-prestaged", Effect.HOLD, "prestaged with 25.09"),
        ({"software_version": "26.10"}, "newer", Effect.EXCLUDE, "26.10"),
        ({"software_version": ""}, "version-unknown", Effect.HOLD, "not known"),
        ({"alarms": None}, "alarms-unknown", Effect.HOLD, "never been read"),
        ({"alarms_at": NOW - timedelta(hours=1)}, "alarms-stale", Effect.HOLD, "1 h ago"),
        ({"ceph": "error", "ceph_reason": "HEALTH_ERR"}, "ceph-unsafe", Effect.HOLD, "has an error: HEALTH_ERR"),
        ({"ceph": "warn"}, "ceph-unsafe", Effect.HOLD, "warns"),
        ({"ceph": "unknown"}, "ceph-unknown", Effect.HOLD, "not known"),
        ({"ceph_at": NOW - timedelta(hours=9)}, "ceph-stale", Effect.HOLD, "9 h ago"),
        ({"hosts_unfit": ("controller-1",)}, "hosts-unfit", Effect.HOLD, "controller-1"),
        ({"health_failures": (FailedCheck("All kubernetes nodes are ready", "Not ready: controller-1"),)},
         "health-failed", Effect.HOLD, "All kubernetes nodes are ready (Not ready: controller-1)"),
        ({"health_failures": None}, "health-unknown", Effect.HOLD, "it is asked now"),
        ({"health_failures": None, "health_error": "no answer within 60 s"}, "health-unknown", Effect.HOLD, "60 s"),
        ({"health_at": NOW - timedelta(hours=25)}, "health-stale", Effect.HOLD, "25 h ago"),
        ({"backup_status": "", "backup_at": None}, "no-backup", Effect.HOLD, "younger than 24 h"),
        ({"backup_status": "failed"}, "no-backup", Effect.HOLD, "backup status failed"),
        ({"backup_at": NOW - timedelta(hours=25)}, "backup-old", Effect.HOLD, "25 h old"),
        ({"peer_group": True}, "peer-group", Effect.ALONE, "a strategy of its own"),
    ],
)  # fmt: skip
def test_each_thing_in_the_way_has_its_name(change: dict[str, Any], key: str, effect: Effect, says: str) -> None:
    reasons = judge(replace(SITE, **change), DEPLOY, CONTROLLER, NOW)
    found = [reason for reason in reasons if reason.key == key]
    assert len(found) == 1, reasons
    assert found[0].effect is effect
    assert says in found[0].sentence


@pytest.mark.parametrize(
    ("change", "key", "effect"),
    [
        ({"writable": False}, "read-only", Effect.EXCLUDE),
        ({"reachable": False}, "controller-unreachable", Effect.HOLD),
        ({"seen_at": None}, "controller-unknown", Effect.HOLD),
        ({"seen_at": NOW - timedelta(hours=1)}, "controller-stale", Effect.HOLD),
        ({"releases": None}, "controller-unknown", Effect.HOLD),
        ({"releases": {}}, "release-not-on-controller", Effect.EXCLUDE),
        ({"releases": {RELEASE: "available"}}, "release-not-on-controller", Effect.EXCLUDE),
        ({"releases": {RELEASE: "deploying"}}, "release-not-on-controller", Effect.EXCLUDE),
    ],
)
def test_what_the_controller_lacks_stands_against_all_its_sites(
    change: dict[str, Any], key: str, effect: Effect
) -> None:
    reasons = judge(SITE, DEPLOY, replace(CONTROLLER, **change), NOW)
    assert [(reason.key, reason.effect) for reason in reasons] == [(key, effect)]


def test_an_older_release_need_only_be_on_the_controller() -> None:
    rules = spec(DEPLOY, release_id="starlingx-26.03.2")
    controller = replace(CONTROLLER, releases={"starlingx-26.03.2": "unavailable"})
    site = replace(SITE, software_version="26.03", releases={"starlingx-26.03.2": "available"})
    assert keys(site, rules, controller) == []


def test_reasons_add_up_and_one_exclusion_makes_it_no_hold() -> None:
    reasons = judge(replace(SITE, availability_status="offline", ceph="error"), DEPLOY, CONTROLLER, NOW)
    assert is_held(reasons)
    assert not is_eligible(reasons)
    worse = judge(replace(SITE, availability_status="offline", management_state="unmanaged"), DEPLOY, CONTROLLER, NOW)
    assert {reason.key for reason in worse} == {"offline", "unmanaged"}
    assert not is_held(worse)
    assert not is_eligible(worse)


def test_peer_groups_run_alone_or_not_at_all() -> None:
    member = replace(SITE, peer_group=True)
    alone = judge(member, DEPLOY, CONTROLLER, NOW)
    assert is_eligible(alone)
    assert is_alone(alone)
    out = judge(member, replace(DEPLOY, peer_groups_alone=False), CONTROLLER, NOW)
    assert not is_eligible(out)
    assert not is_held(out)


def test_only_its_own_endpoint_counts() -> None:
    for rules in (KUBERNETES, ROOTCA, FIRMWARE):
        others = dict.fromkeys(SITE.endpoint_sync, "unknown")
        own = {"kubernetes": "kubernetes", "kube-rootca-update": "kube-rootca"}.get(rules.spec.kind, "firmware")
        assert keys(replace(SITE, endpoint_sync=others | {own: "out-of-sync"}), rules) == []
        assert keys(replace(SITE, endpoint_sync=others | {own: "in-sync"}), rules) == ["in-sync"]
    assert keys(replace(SITE, endpoint_sync={}), PRESTAGE) == []


def test_forced_root_ca_takes_sites_in_sync_but_not_unknown_ones() -> None:
    forced = spec(ROOTCA, force=True)
    assert keys(replace(SITE, endpoint_sync={"kube-rootca": "in-sync"}), forced) == []
    assert keys(replace(SITE, endpoint_sync={"kube-rootca": "unknown"}), forced) == ["unknown-sync"]


@pytest.mark.parametrize(
    ("mode", "release", "against"),
    [("duplex", "starlingx-27.03.0", ["snapshot"]), ("simplex", "starlingx-27.03.0", []), ("duplex", RELEASE, [])],
)
def test_snapshots_before_a_major_release_need_one_server(mode: str, release: str, against: list[str]) -> None:
    site = replace(SITE, system_mode=mode, releases={release: "available"})
    there = replace(CONTROLLER, releases={release: "deployed"}, software_version="27.03")
    assert keys(site, spec(DEPLOY, snapshot=True, release_id=release), there) == against


def test_a_failed_deployment_may_be_tried_again() -> None:
    assert keys(replace(SITE, deploy_status="sw-deploy-apply-strategy-failed")) == []


def test_prestage_needs_an_idle_controller_and_for_install_controller_0() -> None:
    assert keys(SITE, PRESTAGE, replace(CONTROLLER, deploying=True)) == ["controller-deploying"]
    assert keys(SITE, PRESTAGE, replace(CONTROLLER, deploying=None)) == ["controller-unknown"]
    assert keys(SITE, DEPLOY, replace(CONTROLLER, deploying=True)) == []
    install = spec(PRESTAGE, for_install=True)
    duplex = replace(SITE, system_mode="duplex", active_controller="controller-1")
    assert keys(duplex, install) == ["active-controller"]
    assert keys(duplex, PRESTAGE) == []
    assert keys(replace(duplex, system_mode="simplex"), install) == []


def test_prestage_status_stands_in_where_the_site_was_not_asked() -> None:
    silent = replace(SITE, releases=None, prestage_status="complete", prestage_versions="26.03,26.09")
    assert keys(silent) == []
    assert keys(replace(silent, prestage_versions="26.03")) == ["not-prestaged"]
    assert keys(replace(silent, prestage_status="failed")) == ["not-prestaged"]
    assert keys(replace(silent, prestage_status=""), spec(DEPLOY, with_prestage=True)) == []
    assert keys(replace(silent, prestage_status=""), replace(DEPLOY, prestaged=False)) == []


def test_what_the_portal_can_do_about_it_is_told() -> None:
    reasons = judge(replace(SITE, releases={}, backup_at=None), DEPLOY, CONTROLLER, NOW)
    assert {reason.key: reason.remedy for reason in reasons} == {"not-prestaged": "prestage", "no-backup": "backup"}


def test_gates_can_be_chosen() -> None:
    warned = replace(SITE, ceph="warn")
    assert keys(warned, replace(DEPLOY, ceph=CephGate.NO_ERROR)) == []
    assert keys(replace(SITE, ceph="error"), replace(DEPLOY, ceph=CephGate.NO_ERROR)) == ["ceph-unsafe"]
    assert keys(replace(SITE, ceph="unknown"), replace(DEPLOY, ceph=CephGate.OFF)) == []
    assert keys(replace(SITE, ceph="none", ceph_at=None)) == []
    assert keys(replace(SITE, backup_status="", backup_at=None), replace(DEPLOY, backup_within=None)) == []
    assert keys(replace(SITE, hosts_unfit=("controller-0",)), replace(DEPLOY, health=False)) == []


def test_alarms_are_named_with_entity_and_who_stops_on_them() -> None:
    alarms = (
        AlarmFact(AlarmKey("400.001", "service_domain=controller.service_group=vim.host=controller-0"), "major", True),
        AlarmFact(AlarmKey("100.114", "host=controller-0.ntp"), "major", False),
        AlarmFact(AlarmKey("280.002", "subcloud=x.resource=y"), "major", True),
    )
    (reason,) = judge(replace(SITE, alarms=alarms), DEPLOY, CONTROLLER, NOW)
    assert (reason.key, reason.effect) == ("blocking-alarm", Effect.HOLD)
    assert reason.sentence == (
        "Alarm 400.001 on service_domain=controller.service_group=vim.host=controller-0 (management-affecting) stands:"
        " the VIM would stop on it."
    )


def test_a_storm_of_alarms_is_bounded() -> None:
    alarms = tuple(AlarmFact(AlarmKey("200.006", f"host=h.process={n}"), "major", True) for n in range(1000))
    reasons = judge(replace(SITE, alarms=alarms), DEPLOY, CONTROLLER, NOW)
    assert len(reasons) == 9
    assert "992 more alarms" in reasons[-1].sentence


def test_every_check_can_speak() -> None:
    """Nothing at all is known: only what needs facts to be wrong stays silent."""
    silent = judge(SiteFacts(name="x"), DEPLOY, ControllerFacts(name="c"), NOW)
    assert {reason.key for reason in silent} == {
        "controller-unknown", "never-seen", "management-unknown", "availability-unknown", "deploy-unknown",
        "unknown-sync", "version-unknown", "not-prestaged", "alarms-unknown", "ceph-unknown", "health-unknown",
        "no-backup",
    }  # fmt: skip
    assert len(CHECKS) == 16
