"""Groups and strategy options: what is decided from what is seen, without anybody to ask."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from operations.choices import Outcome
from operations.engine.decide import decide
from operations.engine.seen import Ask, Done, Fail, Pace, Seen, Send, Sent, View, Wait
from starlingx.records import SubcloudGroup, SwUpdateOptions

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
PACE = Pace(poll=timedelta(seconds=15), unmoved=timedelta(seconds=120))
VALUES: dict[str, Any] = {
    "name": "north", "description": "Sites up north", "update_apply_type": "parallel", "max_parallel_subclouds": 5,
}  # fmt: skip
STRICT = {"alarm_restriction_type": "strict", "max_parallel_workers": 10}


def group(number: int = 4, **change: Any) -> SubcloudGroup:
    return SubcloudGroup(**{"id": number, "subcloud_count": 0, "created_at": NOW, "updated_at": None} | VALUES | change)


def options(word: str = "strict", at: datetime | None = NOW) -> SwUpdateOptions:
    return SwUpdateOptions(1, "all clouds default", None, "parallel", "parallel", 10, word, "migrate", None, at)


def decided(step: str, facts: dict[str, Any], sent: Outcome | None = None, after: float = 30, **seen: Any) -> Any:
    """`sent`: the outcome of our request, sent `after` seconds ago."""
    at = NOW - timedelta(seconds=after)
    before = () if sent is None else (Sent(step, sent, at, {}, "said no" if sent is Outcome.REFUSED else ""),)
    return decide(View(step, facts, before), Seen(NOW, None, **seen), NOW, PACE).action


class TestCreate:
    def test_it_is_sent_and_done_when_it_shows(self) -> None:
        assert decided("group_create", VALUES) == Send("group_create")
        assert isinstance(decided("group_create", VALUES, Outcome.ACCEPTED, group=group()), Done)

    def test_what_got_no_answer_is_looked_for_and_only_then_sent_again(self) -> None:
        assert isinstance(decided("group_create", VALUES, Outcome.UNKNOWN), Wait)
        assert isinstance(decided("group_create", VALUES, Outcome.UNKNOWN, group=group()), Done)
        assert "sent again" in decided("group_create", VALUES, Outcome.UNKNOWN, after=130).message

    def test_one_that_is_there_before_is_not_ours(self) -> None:
        found = decided("group_create", VALUES, group=group())
        assert isinstance(found, Fail)
        assert "not made by this" in found.error

    @pytest.mark.parametrize("change", [{"created_at": NOW - timedelta(hours=1)}, {"max_parallel_subclouds": 9}])
    def test_one_that_cannot_be_ours_is_asked_about(self, change: dict[str, Any]) -> None:
        assert isinstance(decided("group_create", VALUES, Outcome.UNKNOWN, group=group(**change)), Ask)

    def test_a_refusal_is_told(self) -> None:
        assert decided("group_create", VALUES, Outcome.REFUSED) == Fail("said no", "refused")


class TestChange:
    FACTS = {"group_id": 4, "was": "north", "max_parallel_subclouds": 9}

    def test_sent_done_and_not_sent_where_it_is_so_already(self) -> None:
        changed = group(max_parallel_subclouds=9)
        assert decided("group_update", self.FACTS, group=group()) == Send("group_update")
        assert isinstance(decided("group_update", self.FACTS, Outcome.UNKNOWN, group=changed), Done)
        assert isinstance(decided("group_update", self.FACTS, group=changed), Done)

    def test_another_group_of_that_number_is_left_alone(self) -> None:
        found = decided("group_update", self.FACTS, group=group(name="south"))
        assert isinstance(found, Fail)
        assert "south" in found.error

    def test_one_that_is_gone(self) -> None:
        assert isinstance(decided("group_update", self.FACTS), Fail)


def test_deleted_once_it_is_gone() -> None:
    facts = {"group_id": 4, "was": "north"}
    assert decided("group_delete", facts, group=group()) == Send("group_delete")
    assert isinstance(decided("group_delete", facts, Outcome.UNKNOWN), Done)
    assert isinstance(decided("group_delete", facts, Outcome.ACCEPTED, group=group()), Wait)


class TestOptions:
    def test_set(self) -> None:
        assert decided("options_set", STRICT, options=options("relaxed")) == Send("options_set")
        assert isinstance(decided("options_set", STRICT, options=options()), Done)

    def test_of_a_subcloud_that_is_gone(self) -> None:
        assert isinstance(decided("options_set", STRICT | {"subcloud": True}), Fail)

    @pytest.mark.parametrize(("at", "done"), [(None, True), (NOW, False)])
    def test_the_default_is_cleared_when_it_is_nobody_s(self, at: datetime | None, done: bool) -> None:
        found = decided("options_delete", {}, options=options(at=at))
        assert isinstance(found, Done if done else Send)
