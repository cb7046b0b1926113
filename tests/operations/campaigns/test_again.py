"""What must come about is asked for again and again, ever more rarely, while a person is told."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from operations.campaigns import actions as a
from operations.campaigns.batch import End, Outcome, SiteEnd, Verb
from tests.operations.campaigns.dcmanager_model import Refused
from tests.operations.campaigns.engine_model import PACE, Batch, drive, turn
from tests.operations.campaigns.test_decide import FREE, before, does


def pass_time(it: Batch, span: timedelta) -> list[a.Action]:
    """What is done meanwhile."""
    done, end = [], it.dcmanager.now + span
    while it.dcmanager.now < end and it.ends is None:
        action = turn(it, FREE)
        assert action is not None
        done.append(action)
        it.dcmanager.tick(getattr(action, "after", timedelta(seconds=1)))
    return done


def sent(it: Batch, verb: Verb) -> list[timedelta]:
    """The pauses between requests."""
    at = [each.at for each in it.intents if each.verb is verb]
    return [later - sooner for sooner, later in pairwise(at)]


def test_a_site_that_cannot_be_put_back_is_tried_for_hours_and_a_person_is_told() -> None:
    it = before(a.Restore)
    it.dcmanager.sites[2].movable = False
    pass_time(it, timedelta(hours=3))
    assert "cell-2 cannot be moved back to its group: Invalid group. It is tried again at" in it.asked
    assert [it.dcmanager.sites[n].group for n in (1, 3)] == [2, 1]
    pauses = sent(it, Verb.RESTORE)[-3:]
    assert all(PACE.longest <= pause < PACE.longest + timedelta(minutes=1) for pause in pauses)
    assert not it.dcmanager.at_work()

    it.dcmanager.sites[2].movable = True
    pass_time(it, timedelta(hours=2))
    assert it.dcmanager.sites[2].group == 3
    assert set(it.dcmanager.groups) == {1, 2, 3}
    assert it.ends == tuple(SiteEnd(n, End.DONE) for n in (1, 2, 3))


def test_a_hiccup_of_some_seconds_needs_nobody() -> None:
    it = before(a.Restore)
    for site in it.dcmanager.sites.values():
        site.movable = False
    done = pass_time(it, timedelta(seconds=10))
    for site in it.dcmanager.sites.values():
        site.movable = True
    done += pass_time(it, timedelta(hours=2))
    assert not any(isinstance(each, a.AskPerson) for each in done)
    assert it.ends == tuple(SiteEnd(n, End.DONE) for n in (1, 2, 3))


@pytest.mark.parametrize(
    ("action", "method", "verb", "words"),
    [
        (a.DeleteGroup, "delete_group", Verb.DELETE_GROUP, "Group dcportal-7-1-1 cannot be deleted: busy"),
        (a.Apply, "apply", Verb.APPLY, "The strategy cannot be started: busy"),
        (a.DeleteStrategy, "delete", Verb.DELETE, "The strategy cannot be deleted: busy"),
    ],
)
def test_what_is_refused_for_long_goes_on_by_itself(
    monkeypatch: pytest.MonkeyPatch, action: type[a.Action], method: str, verb: Verb, words: str
) -> None:
    it = before(action)

    def busy(*_: object, **__: object) -> None:
        raise Refused("busy")

    with monkeypatch.context() as patch:
        patch.setattr(it.dcmanager, method, busy)
        pass_time(it, timedelta(hours=1))
        assert it.asked.startswith(words)
        assert all(each.outcome is Outcome.REFUSED for each in it.intents if each.verb is verb)
        assert sent(it, verb) == sorted(sent(it, verb))
        assert not isinstance(does(it), action)
    list(drive(it))
    assert it.ends == tuple(SiteEnd(n, End.DONE) for n in (1, 2, 3))


def test_an_attempt_that_went_wrong_again_and_again_is_made_once_more_later() -> None:
    it = before(a.CreateStrategy)
    it.dcmanager.sites[2].sync = "unknown"
    done = pass_time(it, timedelta(hours=24))
    assert f"{it.memory.troubles} attempts went wrong before anything ran; it is tried again at" in it.asked
    assert "The last: create strategy: software sync status is unknown" in it.asked
    assert 8 < it.memory.troubles < 14
    assert [site.group for site in it.dcmanager.sites.values()] == [2, 3, 1]
    assert any(isinstance(each, a.AskPerson) for each in done)
    it.dcmanager.sites[2].sync = "out-of-sync"
    pass_time(it, timedelta(hours=6))
    assert it.ends == tuple(SiteEnd(n, End.DONE) for n in (1, 2, 3))


def test_what_was_forgiven_stays_so_in_the_next_attempt() -> None:
    it = before(a.CreateStrategy)
    it.dcmanager.sites[2].sync = "unknown"
    it.memory = replace(it.memory, forgiven=1)
    pass_time(it, timedelta(minutes=5))
    assert it.memory.troubles
    assert it.memory.forgiven == 1
