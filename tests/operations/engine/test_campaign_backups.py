"""A campaign that demands backups may make them: of sites that lack nothing else, once, when their turn is near."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from operations.campaigns.batch import Controls, Memory
from operations.choices import Kind, OperationState, TargetState
from operations.engine.campaign import backups as campaign_backups
from operations.engine.campaign.book import open_book
from operations.engine.campaign.controls import OTHER_WORK, controls_of
from operations.models import CampaignTarget, Operation, RunSecret
from operations.services.campaigns import create_campaign, preview
from operations.services.requests import RefusedError
from sites.models import Brake, Cloud
from tests.operations.services.campaigning import Crew, actor
from tests.operations.services.conftest import crew

GATES = {"gates": {"backup_within_hours": 2, "start_backups": True}}  # theirs are three hours old
SECRETS = {"sysadmin_password": "Only-4-this-run"}

__all__ = ["crew"]


@pytest.fixture
def operation(crew: Crew) -> Operation:
    return crew.running(rules=GATES, secrets=SECRETS)


def controls(operation: Operation, crew: Crew, room: str = "", memory: Memory | None = None) -> Controls:
    book = open_book(operation.pk)
    return controls_of(book, book.batches[min(book.batches)], memory or Memory(), room, crew.now)


def backups() -> list[Operation]:
    return list(Operation.objects.filter(kind=Kind.BACKUP))


def test_sites_that_lack_a_backup_are_backed_up_and_waited_for(operation: Operation, crew: Crew) -> None:
    book = open_book(operation.pk)
    members = book.members[min(book.batches)]
    told = controls(operation, crew)
    (backup,) = backups()
    assert {target.cloud_id for target in backup.targets.all()} == set(members)
    assert (backup.requester, backup.requester_name, backup.source) == (
        crew.planner, crew.planner.username, f"campaign {operation.pk}",
    )  # fmt: skip
    assert (backup.state, f"Campaign {operation.pk}" in backup.reason) == (OperationState.PROCESSING, True)
    assert RunSecret.objects.filter(operation=backup).exists()
    assert told.patience == dict.fromkeys(members, OTHER_WORK)
    assert all("works on it" in told.held[pk] for pk in members)


def test_one_that_failed_is_not_tried_again_and_the_site_says_why(operation: Operation, crew: Crew) -> None:
    controls(operation, crew)
    (backup,) = backups()
    backup.targets.update(state=TargetState.FAILED)
    Cloud.objects.update(backup_status="failed")
    told = controls(operation, crew)
    assert len(backups()) == 1
    assert all("backup status failed" in sentence for sentence in told.held.values())
    assert set(told.patience.values()) == {timedelta(0)}


def test_once_there_is_one_the_site_takes_part(operation: Operation, crew: Crew) -> None:
    controls(operation, crew)
    backups()[0].targets.update(state=TargetState.COMPLETED)
    Cloud.objects.update(backup_at=crew.now)
    assert not controls(operation, crew).held


def test_who_lacks_more_is_not_backed_up(operation: Operation, crew: Crew) -> None:
    Cloud.objects.update(ceph_status="error")
    assert controls(operation, crew).held
    assert not backups()


@pytest.mark.parametrize("what", ["brake", "pause", "room", "begun", "held", "off"])
def test_nothing_is_begun_while_nothing_may_begin(what: str, crew: Crew) -> None:
    gates = GATES if what != "off" else {"gates": {"backup_within_hours": 2}}
    operation = crew.running(rules=gates, secrets=SECRETS if what != "off" else {})
    if what == "brake":
        Brake.objects.update_or_create(region="", defaults={"on": True, "reason": "x"})
    elif what == "pause":
        Operation.objects.filter(pk=operation.pk).update(held=True)
    elif what == "held":
        CampaignTarget.objects.update(held_by="ann")
    book = open_book(operation.pk)
    number = min(book.batches)
    roster = tuple(book.members[number]) if what == "begun" else ()
    told = controls(operation, crew, "No room." if what == "room" else "", Memory(roster=roster))  # type: ignore[arg-type]
    assert told.held
    assert not backups()


def test_it_needs_the_password_the_right_and_an_age(crew: Crew) -> None:
    ask = crew.ask(rules=GATES, secrets=SECRETS)
    assert preview(ask, crew.now).plan.roster
    with pytest.raises(RefusedError, match="Needed to back up"):
        crew.plan(rules=GATES)
    with pytest.raises(RefusedError, match="how young"):
        crew.plan(rules={"gates": {"start_backups": True}}, secrets=SECRETS)
    with pytest.raises(RefusedError, match="not kept without need"):
        crew.plan(rules={}, secrets=SECRETS)
    crew.planner.groups.clear()
    planner = User.objects.get(pk=crew.planner.pk)  # permissions are cached
    with pytest.raises(RefusedError, match="may not back up"):
        create_campaign(ask, planner, actor(planner), crew.now)


def test_who_may_see_it_is_told_in_words(operation: Operation) -> None:
    kept: Any = operation.campaign.rules
    assert kept["gates"]["start_backups"] is True


@pytest.mark.parametrize("became", ["closed", "deleted", "without a role"])
def test_nothing_is_begun_in_the_name_of_who_may_not_any_more(operation: Operation, crew: Crew, became: str) -> None:
    if became == "closed":
        User.objects.filter(pk=crew.planner.pk).update(is_active=False)
    elif became == "deleted":
        User.objects.filter(pk=crew.planner.pk).delete()
    else:
        crew.planner.groups.clear()
    told = controls(operation, crew)
    assert backups() == []
    assert told.held
    assert all("may not back up any more" in why for why in told.held.values())


def test_a_refusal_is_said_of_each_site(operation: Operation, crew: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when somebody else begins something there between the look and the request."""

    def refuse(*_: Any) -> None:
        raise RefusedError({"clouds": "edge-0 is in use by another operation."})

    monkeypatch.setattr(campaign_backups, "request_operation", refuse)
    told = controls(operation, crew)
    assert backups() == []
    assert told.held
    assert all("It could not be made: clouds: edge-0 is in use" in why for why in told.held.values())
