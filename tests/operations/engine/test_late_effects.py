"""What was given up as lost and shows all the same is taken on, and never called somebody else's."""

from typing import Any

import pytest

from operations.choices import Outcome
from operations.engine.decide import decide
from operations.engine.seen import Ask, Decision, Done, Fail, Send, Sent, View, Wait
from starlingx.records import Subcloud, SubcloudGroup
from starlingx.rows import Row
from tests.operations.engine.seeing import PACE, after, seen, sent, subcloud, view

NONE = seen(0, None)
FACTS = {"management_start_ip": "10.1.0.2"}


def numbered(*requests: Sent) -> list[Sent]:
    return [Sent(r.verb, r.outcome, r.at, r.before, r.detail, number) for number, r in enumerate(requests, 1)]


def adding(*outcomes: Outcome, **more: Any) -> View:
    """A deployment whose requests to add went so, two minutes apart."""
    sends = numbered(*(sent("add", 125 * at, NONE, outcome) for at, outcome in enumerate(outcomes)))
    return view("add", *sends, facts=FACTS, **more)


def made(at: float, word: str = "creating", **fields: Any) -> Subcloud:
    there = {"created_at": after(at), "updated_at": after(at), "management_start_ip": "10.1.0.2"}
    return subcloud(**there | {"deploy_status": word} | fields)


def judged(of: View, found: Subcloud | None, at: float) -> Decision:
    return decide(of, seen(at, found), after(at), PACE)


def test_a_late_site_is_ours() -> None:
    told = judged(adding(Outcome.LOST), made(124), 126)
    assert isinstance(told.action, Wait)
    assert (told.outcome, told.adopts) == (Outcome.EFFECTIVE, 1)


def test_a_second_request_that_was_refused_disowns_nothing() -> None:
    refused = adding(Outcome.LOST, Outcome.REFUSED)
    told = judged(refused, made(126, "installing"), 140)
    assert (isinstance(told.action, Wait), told.adopts) == (True, 1)
    first, second = refused.sent
    adopted = Sent(first.verb, Outcome.EFFECTIVE, first.at, first.before, "", 1, after(140))
    later = view("add", adopted, second, facts=FACTS, last="configuring")
    assert judged(later, made(126, "complete", updated_at=after(900)), 905).action == Done()


def test_a_refusal_of_what_never_showed_is_asked_about() -> None:
    """It exists, says dcmanager; a look finds nothing: nobody knows."""
    assert isinstance(judged(adding(Outcome.LOST, Outcome.REFUSED), None, 140).action, Ask)
    assert isinstance(judged(adding(Outcome.REFUSED), None, 20).action, Fail)


def test_the_first_of_two_requests_counts() -> None:
    """The second is under way when the effect of the first comes."""
    told = judged(adding(Outcome.LOST, Outcome.UNKNOWN), made(100), 130)
    assert isinstance(told.action, Wait)


@pytest.mark.parametrize("fields", [{"created_at": after(-60)}, {"management_start_ip": "10.2.0.2"}])
def test_a_site_that_is_not_ours_is_asked_about(fields: dict[str, Any]) -> None:
    told = judged(adding(Outcome.LOST), made(124, **fields), 126)
    assert (isinstance(told.action, Ask), told.adopts) == (True, None)


def test_a_new_attempt_knows_what_the_one_before_sent() -> None:
    earlier = tuple(adding(Outcome.LOST, Outcome.LOST, Outcome.LOST).sent)
    told = judged(view("add", facts=FACTS, earlier=earlier), made(260, "installing"), 500)
    assert (isinstance(told.action, Wait), told.adopts) == (True, 3)
    adopted = (*earlier[:2], Sent("add", Outcome.EFFECTIVE, after(250), {}, "", 3, after(500)))
    later = view("add", facts=FACTS, earlier=adopted, last="configuring")
    assert judged(later, made(260, "complete", updated_at=after(900)), 905).action == Done()


@pytest.mark.parametrize("last", [(), (Outcome.REFUSED,)])
@pytest.mark.parametrize(
    ("verb", "running"),
    [
        ("backup", {"backup_status": "backing-up"}), ("restore", {"deploy_status": "pre-restore"}),
        ("prestage", {"prestage_status": "prestaging"}), ("redeploy", {"deploy_status": "installing"}),
        ("delete_backup", {"backup_status": "deleting-backup"}),
    ],
)  # fmt: skip
def test_late_work_is_waited_for(verb: str, running: dict[str, str], last: tuple[Outcome, ...]) -> None:
    was = {"management_state": "managed" if verb in ("backup", "prestage") else "unmanaged"}
    before = seen(0, subcloud(**was))
    sends = numbered(*(sent(verb, 125 * at, before, outcome) for at, outcome in enumerate((Outcome.LOST, *last))))
    told = judged(view(verb, *sends), subcloud(**was | running, updated_at=after(124)), 130)
    assert (isinstance(told.action, Wait), told.outcome, told.adopts) == (True, Outcome.EFFECTIVE, 1)


def test_a_late_backup_is_done() -> None:
    before = seen(0, subcloud(management_state="managed"))
    asked = view("backup", *numbered(sent("backup", 0, before, Outcome.LOST)))
    there = {"backup_status": "complete-central", "backup_datetime": after(124)}
    assert judged(asked, subcloud(management_state="managed", **there), 300).action == Done()


def test_what_may_not_be_sent_again_is_asked_about() -> None:
    """The first may still come; to say that it failed would be wrong either way."""
    asked = view("backup", *numbered(sent("backup", 0, seen(0, subcloud()), Outcome.LOST)))
    assert isinstance(judged(asked, subcloud(availability_status="offline"), 130).action, Ask)


def test_a_late_clearing_is_followed_by_adding() -> None:
    first = sent("add", 0, NONE, Outcome.EFFECTIVE)
    clearing = sent("delete", 60, seen(60, made(2, "create-failed")), Outcome.LOST)
    told = judged(view("add", *numbered(first, clearing), facts=FACTS), None, 200)
    assert (told.action, told.adopts) == (Send("add"), 2)


def test_a_late_group_is_ours() -> None:
    values = {"name": "north", "description": "x", "update_apply_type": "parallel", "max_parallel_subclouds": 2}
    group = SubcloudGroup.read(Row({"id": 4, **values}, "group"))
    asked = view("group_create", *numbered(sent("group_create", 0, NONE, Outcome.LOST)), facts=values)
    told = decide(asked, seen(130, None, group=group), after(130), PACE)
    assert (told.action, told.adopts) == (Done(), 1)
