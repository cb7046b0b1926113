"""A batch knows its group by dcmanager's id, whatever people call it; and takes none for its own that is not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from operations.campaigns import actions as a
from operations.campaigns.batch import Controls, End
from operations.campaigns.turn import REQUEST_TIME, described_as
from starlingx.records import SubcloudGroup
from tests.operations.campaigns.dcmanager_model import START, Site
from tests.operations.campaigns.engine_model import Batch, Luck, drive, peek, turn
from tests.operations.campaigns.test_decide import FREE, after, batch, before, does, waits

HOMES = {1: 2, 2: 3, 3: 1}
THEIRS = "somebody-liked-this-better"


def homes(it: Batch) -> dict[int, int]:
    return {site.id: site.group for site in it.dcmanager.sites.values()}


def rename(it: Batch, description: str | None = None) -> int:
    """Somebody renames the group of the batch."""
    number = next(n for n, group in it.dcmanager.groups.items() if group.name.startswith("dcportal-"))
    it.dcmanager.rename_group(number, THEIRS, description)
    return number


def create(it: Batch, name: str) -> int:
    return it.dcmanager.create_group(name, len(it.memory.roster), described_as(name))


def group(it: Batch) -> SubcloudGroup:
    return next(group for number, group in it.dcmanager.groups.items() if number > 3)


def demand_all_as_before(it: Batch) -> None:
    assert it.ends is not None, it.asked or it.waits
    assert {each.end for each in it.ends} == {End.DONE}
    assert homes(it) == HOMES
    assert set(it.dcmanager.groups) == {1, 2, 3}
    assert it.asked == ""
    assert {site.starts for site in it.dcmanager.sites.values()} == {1}


@pytest.mark.parametrize("when", [a.Move, a.CreateStrategy, a.Restore, a.DeleteGroup])
def test_a_group_that_is_renamed_is_emptied_and_deleted_all_the_same(when: type[a.Action]) -> None:
    it = before(when)
    rename(it)
    told = peek(it, FREE)
    assert [each.renamed for each in told.memory.groups] == [THEIRS]
    list(drive(it))
    demand_all_as_before(it)


MADE_UNANSWERED = [Luck.CRASH_AFTER_SENDING, Luck.ANSWER_LOST, Luck.CARRIED_OUT_LATE, Luck.CARRIED_OUT_VERY_LATE]


@pytest.mark.parametrize("luck", MADE_UNANSWERED)
@pytest.mark.parametrize("described", [None, "Theirs now"])
def test_one_that_is_renamed_before_anybody_saw_it(luck: Luck, described: str | None) -> None:
    """Known by its description. Where there is neither it stands empty: nothing proves it ours."""
    it = after(a.CreateGroup, luck)
    it.dcmanager.tick(timedelta(seconds=90))
    made = rename(it, described)
    list(drive(it))
    if described:
        assert it.dcmanager.groups.pop(made).name == THEIRS
    demand_all_as_before(it)


def test_an_answer_is_enough_though_nothing_else_is_left_of_it() -> None:
    it = after(a.CreateGroup)
    rename(it, "Theirs now")
    list(drive(it))
    demand_all_as_before(it)


def test_what_was_moved_into_it_goes_back_though_it_was_renamed_before_an_update_of_this_portal() -> None:
    """Batches that began before groups were remembered by id know them by their requests."""
    it = before(a.CreateStrategy)
    rename(it, "Theirs now")
    it.memory = replace(it.memory, groups=())
    it.intents = [replace(each, answered_id=None) for each in it.intents]
    list(drive(it))
    demand_all_as_before(it)


@pytest.mark.parametrize("controls", [Controls(abort="Ended by Ann."), Controls(held={2: "Ann looks at it."})])
def test_it_is_taken_back_under_its_new_name(controls: Controls) -> None:
    it = before(a.CreateStrategy)
    rename(it)
    for _ in range(12):
        turn(it, controls)
        it.dcmanager.tick(timedelta(seconds=15))
    assert set(it.dcmanager.groups) == {1, 2, 3}
    assert homes(it) == HOMES


def test_the_name_may_be_given_to_another_group_meanwhile() -> None:
    it = before(a.CreateStrategy)
    rename(it)
    other = it.dcmanager.create_group("dcportal-7-1-1", 3)
    for _ in range(8):
        if isinstance(does(it), a.Apply):
            break
        turn(it, FREE)
        it.dcmanager.tick(timedelta(seconds=5))
    assert isinstance(does(it), a.Apply)
    assert set(it.dcmanager.groups) == {1, 2, 3, other}
    assert homes(it) == HOMES


def test_a_home_that_is_renamed_like_ours_is_a_home() -> None:
    it = before(a.Restore)
    it.dcmanager.rename_group(2, "dcportal-7-1-9")
    turn(it, FREE)
    assert 2 in it.dcmanager.groups
    it.dcmanager.rename_group(2, "North")
    list(drive(it))
    demand_all_as_before(it)


def test_sites_are_brought_back_from_a_group_that_is_not_listed() -> None:
    """The System Controller was restored from a backup in between, or the lists were read at different times."""
    it = before(a.Restore)
    del it.dcmanager.groups[group(it).id]
    assert isinstance(does(it), a.Restore)
    list(drive(it))
    demand_all_as_before(it)


def test_an_id_that_was_given_anew_is_another_group() -> None:
    it = before(a.DeleteGroup)
    ours = group(it)
    it.made.clear()
    it.dcmanager.groups[ours.id] = replace(ours, name="East", created_at=START + timedelta(hours=1))
    it.dcmanager.sites[1].group = ours.id
    told = [type(action) for action in drive(it)]
    assert a.Restore not in told
    assert a.DeleteGroup not in told
    assert it.dcmanager.sites[1].group == ours.id


def test_a_renamed_group_that_somebody_fills_is_asked_about() -> None:
    it = before(a.DeleteGroup)
    it.dcmanager.sites[9] = Site(9, "guest", rename(it))
    action = does(it)
    assert isinstance(action, a.AskPerson)
    assert f"guest, put into group {THEIRS} of this campaign by somebody" in action.message


def test_a_renamed_group_of_another_campaign_is_nobodys_home() -> None:
    it = batch()
    theirs = it.dcmanager.create_group(THEIRS, 2)
    it.dcmanager.sites[1].group = theirs
    it.passing = {theirs: it.dcmanager.groups[theirs].created_at}
    assert waits(it) == "busy"
    it.passing = {theirs: START - timedelta(days=1)}
    assert isinstance(does(it), a.Begin)


def test_a_group_of_the_same_description_that_was_there_before_is_not_ours() -> None:
    it = before(a.CreateGroup)
    number = it.dcmanager.create_group("East", 3, described_as("dcportal-7-1-1"))
    it.dcmanager.tick(timedelta(minutes=1))
    list(drive(it))
    assert it.dcmanager.groups.pop(number).name == "East"
    demand_all_as_before(it)


def test_what_is_remembered_of_earlier_attempts_is_dropped_with_them() -> None:
    it = before(a.CreateStrategy)
    rename(it)
    it.dcmanager.sites[2].group = 1
    for _ in range(12):
        turn(it, FREE)
        it.dcmanager.tick(timedelta(seconds=15))
        if it.memory.attempt == 2:
            break
    assert (it.memory.attempt, it.memory.groups) == (2, ())
    assert set(it.dcmanager.groups) == {1, 2, 3}


@pytest.mark.parametrize("late", [20, REQUEST_TIME.total_seconds()])
def test_an_attempt_does_not_end_before_its_group_can_have_come(late: float) -> None:
    """So nothing of it is left for the next one to know: a request that got no answer is carried out by then, or not
    at all. A group that comes later still nothing proves ours."""
    it = after(a.CreateGroup, Luck.REQUEST_LOST)
    asked_at = it.intents[-1].at
    name = f"{it.label}-1"
    made: list[int] = []
    it.dcmanager.late.append((asked_at + timedelta(seconds=late), lambda: made.append(create(it, name))))
    for _ in range(40):
        turn(it, Controls(held={2: "Ann looks at it."}))
        it.dcmanager.tick(timedelta(seconds=5))
        if it.memory.attempt == 2:
            break
    assert it.memory.attempt == 2
    assert made
    assert set(it.dcmanager.groups) == {1, 2, 3}


@pytest.mark.parametrize("name", ["dcportal-7-1-1", "dcportal-7-1-2", "dcportal-7-1-"])
def test_groups_of_another_portal_that_counts_likewise_are_left_alone(name: str) -> None:
    it = before(a.Restore)
    it.dcmanager.rename_group(group(it).id, "for a moment")
    theirs = it.dcmanager.create_group(name, 3, described_as(name))
    it.dcmanager.tick(timedelta(minutes=5))
    list(drive(it))
    assert it.dcmanager.groups.pop(theirs).name == name
    demand_all_as_before(it)


def test_a_name_that_another_portal_was_quicker_with_is_asked_about_and_nothing_of_it_is_touched() -> None:
    it = before(a.CreateGroup)
    theirs = it.dcmanager.create_group("dcportal-7-1-1", 3)
    it.dcmanager.sites[9] = Site(9, "theirs", theirs)
    assert isinstance(does(it), a.AskPerson)
    over = Controls(abort="Ended by Ann.")
    for _ in range(6):
        turn(it, over)
        it.dcmanager.tick(timedelta(seconds=15))
    assert it.ends is not None
    assert it.dcmanager.sites.pop(9).group == theirs
    assert it.dcmanager.created == []


def test_sites_that_were_left_behind_in_a_group_of_a_campaign_are_asked_about() -> None:
    it = batch()
    it.dcmanager.sites[1].group = it.dcmanager.create_group("dcportal-6-9-1", 2)
    it.dcmanager.tick(timedelta(minutes=59))
    assert waits(it) == "busy"
    it.dcmanager.tick(timedelta(minutes=2))
    action = does(it)
    assert isinstance(action, a.AskPerson)
    assert "cell-1 is passing through dcportal-6-9-1, which a campaign made long ago" in action.message
