"""Sites that are renamed or removed while their strategy runs: what was done there is known all the same."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from operations.campaigns import actions as a
from operations.campaigns.batch import End, SiteEnd
from tests.operations.campaigns.engine_model import Batch, Luck, drive, turn
from tests.operations.campaigns.test_decide import FREE, after, batch, before

AT_WORK, DONE = timedelta(seconds=10), timedelta(seconds=45)


def at(it: Batch, since_apply: timedelta) -> Batch:
    """The first look after that time has been had."""
    for _ in range(3):
        turn(it, FREE)
        it.dcmanager.tick(since_apply / 3)
    turn(it, FREE)
    return it


def ends(it: Batch) -> dict[int, SiteEnd]:
    list(drive(it))
    assert it.ends is not None, it.asked or it.waits
    return {each.site: each for each in it.ends}


@pytest.mark.parametrize("when", [AT_WORK, DONE])
def test_one_that_is_renamed_is_done_as_it_is_done(when: timedelta) -> None:
    it = at(after(a.Apply), when)
    it.dcmanager.rename_site(2, "cell-2-new")
    told = ends(it)
    assert {each.end for each in told.values()} == {End.DONE}
    assert {site.done for site in it.dcmanager.sites.values()} == {1}
    assert sorted(step.cloud for step in it.archive) == ["cell-1", "cell-2", "cell-3"]


def test_two_that_swap_their_names_are_not_taken_for_each_other() -> None:
    it = batch()
    it.dcmanager.sites[2].works = False
    at(after(a.Apply, it=it), AT_WORK)
    for number, name in ((1, "x"), (2, "cell-1"), (1, "cell-2")):
        it.dcmanager.rename_site(number, name)
    told = ends(it)
    assert (told[1].end, told[2].end) == (End.DONE, End.FAILED)


def test_one_that_is_removed_once_it_was_done_is_checked_as_any_other() -> None:
    it = at(after(a.Apply), AT_WORK)
    it.dcmanager.tick(DONE)
    turn(it, FREE)
    it.dcmanager.remove_site(2)
    told = ends(it)
    assert (told[2].end, told[2].error) == (End.FAILED, "It is not there any more.")
    assert {site.done for site in it.dcmanager.sites.values()} == {1}


def test_one_that_is_removed_while_it_is_worked_on_has_begun() -> None:
    it = at(after(a.Apply), AT_WORK)
    it.dcmanager.remove_site(2)
    told = ends(it)
    assert (told[2].end, told[2].error) == (End.FAILED, "It is not there any more.")


RENAME: Callable[[Batch], None] = lambda it: it.dcmanager.rename_site(2, "cell-2-new")  # noqa: E731


@pytest.mark.parametrize("luck", [Luck.FINE, Luck.ANSWER_LOST, Luck.CRASH_AFTER_SENDING])
def test_a_name_that_is_new_before_the_start_is_taken_over_by_another_attempt(luck: Luck) -> None:
    it = after(a.CreateStrategy, luck, before(a.CreateStrategy))
    RENAME(it)
    told = ends(it)
    assert {each.end for each in told.values()} == {End.DONE}
    assert {site.starts for site in it.dcmanager.sites.values()} == {1}
    assert it.dcmanager.created == ["us", "us"]
