"""Campaigns that begin after another: what is refused, what is kept, and what becomes of the plan's hash."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from events.models import AuditEntry
from operations.campaign_chain import links, may_come_before
from operations.choices import OperationState, TargetState
from operations.frozen_plans import plan_of, rulebook_of
from operations.models import Campaign, CampaignTarget, Operation, Target
from operations.retention import forget_operations
from operations.services.approvals import NotApprovedError, OwnPlanError
from operations.services.begin_anyway import begin_anyway
from operations.services.campaign_children import retry_failed
from operations.services.campaign_control import abort
from operations.services.campaigns import asked_before, change_plan, preview
from operations.services.chaining import seen_before
from operations.services.proposals import HELD, INELIGIBLE, campaign_hash
from operations.services.requests import RefusedError
from operations.services.start import NotNowError
from sites.access import Scopes
from sites.models import Cloud, FacetState, KubernetesVersion
from tests.operations.services.campaigning import Crew, actor, campaign_of

EVERYONE = Scopes(fleet=True)
KUBERNETES = {"kind": "kubernetes", "to_version": "v1.34.1"}
ROOT_CA = {"kind": "kube-rootca-update", "force": True}
FIRMWARE = {"kind": "firmware"}


@pytest.fixture(autouse=True)
def wanting(crew: Crew) -> None:
    """Every site wants a root CA and firmware too."""
    wanted = {"software": "out-of-sync", "kubernetes": "out-of-sync", "kube-rootca": "out-of-sync"}
    Cloud.objects.filter(kind="subcloud").update(endpoint_sync=wanted | {"firmware": "out-of-sync"})


def over(operation: Operation, state: str, at: Any, **sites: str) -> None:
    """It has ended so; each of `sites` is in that state, the others are completed."""
    rows = Target.objects.filter(operation=operation).exclude(state=TargetState.REFUSED)
    rows.update(state=TargetState.COMPLETED, ended_at=at)
    for name, word in sites.items():
        rows.filter(name=name.replace("_", "-")).update(state=word)
    Operation.objects.filter(pk=operation.pk).update(state=state, started_at=at, ended_at=at)


def refused(crew: Crew, number: int | None, **given: Any) -> str:
    with pytest.raises(RefusedError) as caught:
        crew.plan(after=number, **given)
    assert list(caught.value.problems) == ["after"]
    return caught.value.problems["after"]


def test_an_older_plan_keeps_its_hash_and_a_link_is_part_of_the_new_one(crew: Crew) -> None:
    alone = preview(crew.ask(strategy=ROOT_CA), crew.now)
    assert alone.hash == campaign_hash(alone.plan, alone.book, None)
    first = crew.plan()
    linked = crew.plan(strategy=ROOT_CA, after=first.pk)
    assert linked.plan_hash != alone.hash
    campaign = campaign_of(linked)
    assert (campaign.after_id, campaign.after_number) == (first.pk, first.pk)
    assert campaign_hash(plan_of(campaign), rulebook_of(campaign), None, first.pk) == linked.plan_hash
    assert asked_before(linked).after == first.pk
    assert AuditEntry.objects.filter(verb="campaign.plan").latest("id").detail["after"] == first.pk


def test_it_is_approved_and_started_in_advance(crew: Crew) -> None:
    first = crew.plan()
    second = crew.running(strategy=ROOT_CA, after=first.pk)
    assert second.state == OperationState.PROCESSING


def test_what_may_not_stand_before(crew: Crew) -> None:
    assert refused(crew, 999) == "There is no campaign #999."
    first = crew.plan(strategy=FIRMWARE)
    assert "does not come before a software one" in refused(crew, first.pk)
    abort(first.pk, "No", actor(crew.planner), crew.now)
    assert "is cancelled and did not come through" in refused(crew, first.pk, strategy=ROOT_CA)


def test_nobody_follows_what_they_do_not_see(crew: Crew) -> None:
    first = crew.plan()
    assert seen_before(EVERYONE, first.pk) == first.pk
    with pytest.raises(RefusedError) as caught:
        seen_before(Scopes(), first.pk)
    assert "in your scope" in caught.value.problems["after"]


def test_two_never_wait_for_each_other(crew: Crew) -> None:
    first = crew.plan(strategy=ROOT_CA)
    second = crew.plan(strategy=ROOT_CA, after=first.pk)
    third = crew.plan(strategy=ROOT_CA, after=second.pk)
    for number in (first.pk, second.pk, third.pk):
        with pytest.raises(RefusedError, match="neither would ever begin"):
            change_plan(first.pk, crew.ask(strategy=ROOT_CA, after=number), crew.planner, actor(crew.planner), crew.now)
    assert [link.id for link in links(EVERYONE, campaign_of(second))] == [first.pk, second.pk, third.pk]
    assert [link.place for link in links(EVERYONE, campaign_of(second))] == ["before", "this", "next"]
    assert links(Scopes(), campaign_of(second)) == []


def test_a_changed_plan_may_lose_its_link_and_its_approval_with_it(crew: Crew) -> None:
    first = crew.plan()
    second = crew.plan(strategy=ROOT_CA, after=first.pk)
    crew.approve(second)
    change_plan(second.pk, crew.ask(strategy=ROOT_CA), crew.planner, actor(crew.planner), crew.now)
    assert (campaign_of(second).after_number, campaign_of(second).approved_hash) == (None, "")


def test_a_link_that_was_changed_behind_the_approval_is_noticed(crew: Crew) -> None:
    first = crew.plan()
    second = crew.plan(strategy=ROOT_CA, after=first.pk)
    crew.approve(second)
    Campaign.objects.filter(pk=second.pk).update(after_number=None)
    with pytest.raises(NotApprovedError, match="not the one that was approved"):
        crew.start(second)


def kubernetes(crew: Crew, known: dict[str, str]) -> None:
    for cloud in [*crew.world.clouds, *crew.world.centrals]:
        here = known if cloud in crew.world.clouds else {"v1.34.1": "active"}
        for version, state in here.items():
            KubernetesVersion.objects.create(cloud=cloud, version=version, state=state, target=state == "active")


def test_what_the_one_before_brings_excludes_nobody_beforehand(crew: Crew) -> None:
    kubernetes(crew, {"v1.33.0": "active"})
    assert {each.verdict for each in preview(crew.ask(strategy=KUBERNETES), crew.now).judged} == {INELIGIBLE}
    first = crew.plan(strategy={"kind": "sw-deploy", "release_id": "starlingx-26.09.1", "delete": True})
    seen = preview(crew.ask(strategy=KUBERNETES, after=first.pk), crew.now)
    assert {each.verdict for each in seen.judged} == {HELD}
    assert f"Held until campaign #{first.pk} is done there" in seen.judged[0].reasons[0].sentence
    assert seen.ahead is not None
    assert not any("leaves its deployments open" in warning for warning in seen.warnings)
    assert seen.eta.p90 is not None
    expected = campaign_of(first).eta_p90
    assert expected is not None
    assert seen.eta.p90 > expected


def test_who_was_not_done_before_is_held_and_comes_back_once_it_is(crew: Crew) -> None:
    first = crew.plan()
    over(first, "failed_temp", crew.now, edge_1="failed", edge_2="cancelled")
    seen = preview(crew.ask(strategy=ROOT_CA, after=first.pk), crew.now)
    told = {each.site.facts.name: [reason.sentence for reason in each.reasons] for each in seen.judged}
    assert told == {
        "edge-0": [], "edge-1": [f"It was not done in campaign #{first.pk}: it failed there."],
        "edge-2": [f"It was not done in campaign #{first.pk}: it did not run there."], "edge-3": [],
    }  # fmt: skip
    assert {each.verdict for each in seen.judged} == {"eligible", HELD}
    again = retry_failed(first.pk, {}, crew.planner, actor(crew.planner), crew.now)
    over(again, "completed", crew.now)
    seen = preview(crew.ask(strategy=ROOT_CA, after=first.pk), crew.now)
    assert [each.site.facts.name for each in seen.judged if each.reasons] == ["edge-2"]


def test_who_was_rolled_back_since_is_held_again(crew: Crew) -> None:
    first = crew.plan()
    over(first, "completed", crew.now)
    back = crew.plan()
    Campaign.objects.filter(pk=back.pk).update(parent=first.pk, ask={"kind": "sw-deploy", "rollback": True})
    over(back, "completed", crew.now)
    seen = preview(crew.ask(strategy=ROOT_CA, after=first.pk), crew.now)
    assert {reason.sentence for each in seen.judged for reason in each.reasons} == {
        f"It was not done in campaign #{first.pk}: it was rolled back since there."
    }


def against(crew: Crew, first: Operation, **strategy: Any) -> dict[str, list[str]]:
    seen = preview(crew.ask(strategy=strategy or ROOT_CA, after=first.pk), crew.now)
    start = f"It was not done in campaign #{first.pk}: "
    said = {each.site.facts.name: [reason.sentence for reason in each.reasons] for each in seen.judged}
    return {name: [one.removeprefix(start) for one in told if one.startswith(start)] for name, told in said.items()}


def test_a_rollback_that_is_nobodys_child_counts_too(crew: Crew) -> None:
    """Planned by itself; from when it is planned, and whatever became of it at a site, but for those it left alone."""
    first = crew.plan()
    over(first, "completed", crew.now)
    back = crew.plan()
    Campaign.objects.filter(pk=back.pk).update(ask={"kind": "sw-deploy", "rollback": True})
    assert {*map(tuple, against(crew, first).values())} == {("it is to be rolled back there.",)}
    later = crew.now + timedelta(hours=1)
    over(back, "failed_temp", later, edge_1="failed", edge_2="cancelled")
    since = ["it was rolled back since there."]
    wanted = {"edge-0": since, "edge-1": ["a rollback failed since there."], "edge-2": [], "edge-3": since}
    assert against(crew, first) == wanted
    rollback = {"kind": "sw-deploy", "rollback": True}
    assert {*map(tuple, against(crew, first, **rollback).values())} == {()}
    Target.objects.filter(operation=back).update(ended_at=crew.now - timedelta(hours=1))
    assert {*map(tuple, against(crew, first).values())} == {()}


def test_who_has_new_alarms_is_not_done_unless_that_is_excused(crew: Crew) -> None:
    first = crew.plan()
    over(first, "completed", crew.now)
    alarms = [{"alarm_id": "100.101", "entity": "host=controller-0", "affecting": True}]
    CampaignTarget.objects.filter(target__operation=first, target__name="edge-1").update(new_alarms=alarms)
    assert against(crew, first) == {"edge-0": [], "edge-1": ["it has new alarms there."], "edge-2": [], "edge-3": []}
    CampaignTarget.objects.filter(target__operation=first).update(excused_by="anna", excuse="Known")
    assert {*map(tuple, against(crew, first).values())} == {()}


def test_begin_anyway_is_for_a_campaign_whose_predecessor_did_not_come_through(crew: Crew) -> None:
    first = crew.plan()
    second = crew.running(strategy=ROOT_CA, after=first.pk)
    with pytest.raises(NotNowError, match="is not over, or came through"):
        let_begin(crew, second)
    abort(first.pk, "No", actor(crew.planner), crew.now)
    for nothing in (" ", "\u202e", "\x07\n"):
        with pytest.raises(RefusedError):
            let_begin(crew, second, nothing)
    let_begin(crew, second, " CHG\u202e-9\x07 ")
    assert (campaign_of(second).begin_anyway_at, campaign_of(second).begin_anyway_by) == (crew.now, "second")
    entry = AuditEntry.objects.get(verb="campaign.begin_anyway")
    assert entry.detail == {"after": first.pk, "reason": "CHG-9"}
    with pytest.raises(NotNowError, match="has said so already"):
        let_begin(crew, second)
    with pytest.raises(NotNowError, match="follows no other"):
        let_begin(crew, crew.running(strategy=ROOT_CA))


def let_begin(crew: Crew, operation: Operation, reason: str = "CHG-9", user: User | None = None) -> None:
    who = user or crew.approver
    begin_anyway(operation.pk, reason, who, actor(who), crew.now)


def test_whoever_planned_it_does_not_lift_its_condition(crew: Crew) -> None:
    first = crew.plan()
    second = crew.running(strategy=ROOT_CA, after=first.pk)
    abort(first.pk, "No", actor(crew.planner), crew.now)
    with pytest.raises(OwnPlanError, match="a second person must"):
        let_begin(crew, second, user=crew.planner)
    assert campaign_of(second).begin_anyway_at is None
    entry = AuditEntry.objects.get(verb="campaign.begin_anyway")
    assert (entry.actor, entry.outcome, entry.detail["reason"]) == ("planner", "refused", "CHG-9")


def test_a_retry_waits_for_the_same_campaign(crew: Crew) -> None:
    first = crew.plan()
    second = crew.running(strategy=ROOT_CA, after=first.pk)
    abort(first.pk, "No", actor(crew.planner), crew.now)
    let_begin(crew, second)
    over(second, "failed_temp", crew.now, edge_0="failed")
    again = campaign_of(retry_failed(second.pk, {}, crew.planner, actor(crew.planner), crew.now))
    assert (again.after_number, again.after_id, again.begin_anyway_by) == (first.pk, first.pk, "second")


def test_what_another_still_follows_is_not_forgotten(crew: Crew) -> None:
    first = crew.plan()
    second = crew.running(strategy=ROOT_CA, after=first.pk)
    over(first, "completed", crew.now)
    later = crew.now + timedelta(days=500)
    list(forget_operations(later))
    assert Operation.objects.filter(pk=first.pk).exists()
    over(second, "completed", later)
    list(forget_operations(later))
    assert not Operation.objects.filter(pk=first.pk).exists()
    assert (campaign_of(second).after_id, campaign_of(second).after_number) == (None, first.pk)
    campaign = campaign_of(second)
    assert campaign_hash(plan_of(campaign), rulebook_of(campaign), None, campaign.after_number) == second.plan_hash


def test_only_what_is_open_is_offered(crew: Crew) -> None:
    one, other = crew.plan(), crew.plan()
    over(other, "completed", crew.now)
    assert list(may_come_before(EVERYONE).values_list("pk", flat=True)) == [one.pk]


def test_facts_of_the_work_before_are_read_again(crew: Crew) -> None:
    kubernetes(crew, {"v1.33.0": "active"})
    first = crew.plan()
    over(first, "completed", crew.now)
    FacetState.objects.filter(facet="kubernetes").update(observed_at=crew.now - timedelta(hours=1))
    seen = preview(crew.ask(strategy=KUBERNETES, after=first.pk), crew.now)
    assert {reason.key for each in seen.judged for reason in each.reasons} == {"read-before-campaign"}
