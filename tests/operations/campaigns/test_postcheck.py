"""Whether a site is well after the work; what is new is told from what stood before."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from operations.campaigns.baseline import new_alarms
from operations.campaigns.facts import AlarmFact, AlarmKey, SiteFacts
from operations.campaigns.postcheck import Health, check_after
from operations.campaigns.strategy import Kind, StrategySpec
from tests.operations.campaigns.test_eligibility import DEPLOY, NOW, RELEASE, SITE

ENDED = NOW + timedelta(hours=1)
LATER = ENDED + timedelta(minutes=1)
BEFORE = replace(SITE, hosts_unfit=())
GOOD = replace(
    BEFORE, endpoint_sync={"software": "in-sync"}, releases=None, statuses_at=LATER, alarms_at=LATER, ceph_at=LATER,
    hosts_at=LATER,
)  # fmt: skip


def alarm(alarm_id: str, entity: str = "host=controller-0", **flags: bool | None) -> AlarmFact:
    return AlarmFact(AlarmKey(alarm_id, entity), "major", **({"mgmt_affecting": True} | flags))  # type: ignore[arg-type]


def after(
    facts: SiteFacts = GOOD, *, late: bool = False, spec: StrategySpec = DEPLOY.spec, **change: Any
) -> tuple[Health, str]:
    told = check_after(BEFORE, replace(facts, **change), spec, ENDED, late=late)
    return told.health, " ".join(told.sentences)


def test_new_alarms_go_by_id_and_entity() -> None:
    before = [alarm("400.001"), alarm("100.104", mgmt_affecting=False, service_affecting=False)]
    now = [
        alarm("400.001"),  # stood before
        alarm("400.001", "host=controller-1"),  # elsewhere
        alarm("100.104"),  # has become affecting
        alarm("100.114", mgmt_affecting=False, service_affecting=False),  # affects nothing
        alarm("800.001", mgmt_affecting=False, service_affecting=True),
        alarm("700.001", mgmt_affecting=None, service_affecting=None),  # FM does not tell
        alarm("900.022"), alarm("900.201"),  # the work's own
        alarm("900.021"),  # the deployment failed
    ]  # fmt: skip
    assert [str(key) for key in new_alarms(before, now, Kind.SW_DEPLOY)] == [
        "100.104 on host=controller-0",
        "400.001 on host=controller-1",
        "700.001 on host=controller-0",
        "800.001 on host=controller-0",
        "900.021 on host=controller-0",
    ]
    assert AlarmKey("900.022", "host=controller-0") in new_alarms(before, now, Kind.KUBE_ROOTCA)


def test_good_when_all_that_was_asked_for_is_seen() -> None:
    assert after() == (Health.GOOD, "")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"statuses_at": NOW}, "statuses have not been read since"),
        ({"alarms_at": NOW}, "alarms have not been read since"),
        ({"alarms_at": None}, "alarms have not been read since"),
        ({"hosts_at": NOW}, "hosts have not been read since"),
        ({"hosts_at": None}, "hosts have not been read since"),
        ({"ceph_measured": True, "ceph_at": NOW}, "Ceph has not been read since"),
        ({"ceph": "unknown", "ceph_reason": ""}, "Ceph was ok and is unknown"),
        ({"availability_status": "offline"}, "It is offline"),
        ({"endpoint_sync": {"software": "out-of-sync"}}, "software sync status is out-of-sync"),
        ({"endpoint_sync": {}}, "software sync status is unknown"),
        ({"hosts_unfit": ("controller-1",)}, "controller-1"),
        ({"ceph": "warn", "ceph_reason": "PG_DEGRADED"}, "Ceph was ok and is warn: PG_DEGRADED"),
    ],
)
def test_what_may_still_settle_is_waited_for_and_then_bad(change: dict[str, Any], says: str) -> None:
    health, sentences = after(**change)
    assert health is Health.WAITS
    assert says in sentences
    health, sentences = after(late=True, **change)
    assert health is Health.BAD
    assert says in sentences


def test_a_new_alarm_is_bad_at_once() -> None:
    told = check_after(
        SITE, replace(GOOD, alarms=(alarm("400.001"),), availability_status="offline"), DEPLOY.spec, ENDED, late=False
    )
    assert told.health is Health.BAD
    assert told.new_alarms == (AlarmKey("400.001", "host=controller-0"),)
    assert told.sentences == ("New alarms: 400.001 on host=controller-0.",)


def test_alarms_of_before_the_end_prove_nothing() -> None:
    health, _ = after(alarms=(alarm("200.004"),), alarms_at=NOW)
    assert health is Health.WAITS


def test_the_release_itself_is_better_proof_than_the_sync_status() -> None:
    out = {"software": "out-of-sync"}
    assert after(releases={RELEASE: "deployed"}, endpoint_sync=out) == (Health.GOOD, "")


def test_a_deployment_that_stays_open_is_done_though_the_site_is_out_of_sync() -> None:
    """USM calls its release deployed only once the deployment is deleted."""
    stays: dict[str, Any] = {"releases": {RELEASE: "deploying"}, "endpoint_sync": {"software": "out-of-sync"}}
    assert after(**stays) == (Health.GOOD, "")
    assert after(**stays, deploy_status="sw-deploy-apply-strategy-failed")[0] is Health.WAITS
    deleted = replace(DEPLOY.spec, delete=True)
    assert after(spec=deleted, **stays)[0] is Health.WAITS
    assert after(spec=deleted, releases={RELEASE: "deployed"})[0] is Health.GOOD


def test_kubernetes_is_there_though_its_controller_is_further_already() -> None:
    asked, behind = StrategySpec(kind=Kind.KUBERNETES, to_version="1.34.1"), {"kubernetes": "out-of-sync"}
    assert after(spec=asked, endpoint_sync=behind, kubernetes={"v1.34.1": "active"})[0] is Health.GOOD
    assert after(spec=asked, endpoint_sync=behind, kubernetes={"v1.34.1": "partial"})[0] is Health.WAITS


def test_what_was_bad_before_is_not_the_campaigns() -> None:
    before = replace(SITE, ceph="warn", hosts_unfit=("controller-1",))
    now = replace(GOOD, ceph="warn", hosts_unfit=("controller-1",))
    assert check_after(before, now, DEPLOY.spec, ENDED, late=True).health is Health.GOOD
    assert check_after(before, replace(now, ceph="error"), DEPLOY.spec, ENDED, late=True).health is Health.BAD


def test_other_kinds_have_their_own_proof() -> None:
    prestage = StrategySpec(kind=Kind.PRESTAGE, release="26.09")
    assert after(spec=prestage)[0] is Health.WAITS
    assert after(spec=prestage, prestage_status="complete")[0] is Health.GOOD
    rollback = StrategySpec(kind=Kind.SW_DEPLOY, rollback=True)
    out = {"software": "out-of-sync"}
    assert after(spec=rollback, endpoint_sync=out, releases={RELEASE: "available"})[0] is Health.GOOD
    assert after(spec=rollback, endpoint_sync=out, releases={RELEASE: "deploying"})[0] is Health.WAITS
    assert after(spec=rollback, endpoint_sync=out, releases=None)[0] is Health.WAITS
    kubernetes = StrategySpec(kind=Kind.KUBERNETES)
    assert after(spec=kubernetes)[0] is Health.WAITS
    assert after(spec=kubernetes, endpoint_sync={"kubernetes": "in-sync"})[0] is Health.GOOD


def test_without_a_baseline_new_alarms_cannot_be_told_and_it_says_so() -> None:
    told = check_after(
        replace(SITE, alarms=None), replace(GOOD, alarms=(alarm("400.001"),)), DEPLOY.spec, ENDED, late=True
    )
    assert told.health is Health.GOOD
    assert told.new_alarms == ()
    assert "cannot be told" in told.sentences[0]


def test_what_hosts_were_during_the_work_is_not_held_against_a_site() -> None:
    told = check_after(
        BEFORE, replace(GOOD, hosts_unfit=("controller-1",), hosts_at=NOW), DEPLOY.spec, ENDED, late=True
    )
    assert told.sentences == ("Its hosts have not been read since.",)
    assert not told.worse


def test_hosts_that_never_could_be_read_are_not_waited_for() -> None:
    told = check_after(replace(SITE, hosts_unfit=None), replace(GOOD, hosts_at=None), DEPLOY.spec, ENDED, late=False)
    assert told.health is Health.GOOD
