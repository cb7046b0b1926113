"""Near misses: each single thing in which a strategy differs from the one that was asked for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from operations.campaigns.ownership import Creation, Whose, described, whose
from operations.campaigns.strategy import Kind, StrategySpec
from starlingx.records import Strategy, StrategyStep

AT = datetime(2026, 11, 26, 1, 30, tzinfo=UTC)
RELEASE = "starlingx-26.09.1"
DEPLOY = StrategySpec(kind=Kind.SW_DEPLOY, release_id=RELEASE, delete=True)
CREATION = Creation(
    spec=DEPLOY, apply_type="parallel", max_parallel=3, sites=frozenset({"a", "b", "c"}), at=AT, last_id=6
)
OURS = Strategy(
    id=7, type="sw-deploy", subcloud_apply_type="parallel", max_parallel_subclouds=3, stop_on_failure=False,
    state="initial", arguments=(("delete", "true"), ("release_id", RELEASE)),
    created_at=AT + timedelta(seconds=1), updated_at=None,
)  # fmt: skip
WITHIN = timedelta(seconds=120)


def steps(names: str) -> list[StrategyStep]:
    return [StrategyStep(n, name, "Create", "initial", "", None, None, AT, None) for n, name in enumerate(names)]


def judged(strategy: Strategy = OURS, names: str = "abc", creation: Creation = CREATION, skew: float = 0.0) -> Whose:
    told = whose(strategy, steps(names), creation, skew=skew, within=WITHIN)
    assert bool(told.why) == (told.whose is not Whose.OURS)
    return told.whose


def test_ours_when_everything_agrees() -> None:
    assert judged() is Whose.OURS
    assert judged(names="cab") is Whose.OURS


@pytest.mark.parametrize(
    "change",
    [
        {"type": "kubernetes", "arguments": ()},
        {"max_parallel_subclouds": 2},
        {"max_parallel_subclouds": None},
        {"subcloud_apply_type": "serial"},
        {"subcloud_apply_type": ""},
        {"stop_on_failure": True},
        {"stop_on_failure": None},
        {"arguments": (("release_id", RELEASE),)},
        {"arguments": (("delete", "true"), ("release_id", "starlingx-26.09.2"))},
        {"arguments": (("delete", "true"), ("release_id", RELEASE), ("snapshot", "true"))},
        {"id": 6},
        {"id": 5},
        {"created_at": AT - timedelta(seconds=11)},
        {"created_at": AT - timedelta(days=1)},
        {"created_at": AT + timedelta(seconds=121)},
    ],
    ids=str,
)
def test_near_misses_are_foreign(change: dict[str, Any]) -> None:
    assert judged(replace(OURS, **change)) is Whose.FOREIGN


@pytest.mark.parametrize("names", ["abcd", "abd", "d", "dcba"])
def test_steps_that_were_not_asked_for_make_it_foreign(names: str) -> None:
    assert judged(names=names) is Whose.FOREIGN


@pytest.mark.parametrize("names", ["ab", "c", ""])
def test_missing_steps_leave_a_doubt(names: str) -> None:
    assert judged(names=names) is Whose.DOUBT


def test_a_time_that_cannot_be_told_apart_leaves_a_doubt() -> None:
    assert judged(replace(OURS, created_at=None)) is Whose.DOUBT
    assert judged(replace(OURS, created_at=AT - timedelta(seconds=5))) is Whose.DOUBT
    assert judged(replace(OURS, created_at=AT - timedelta(seconds=1))) is Whose.OURS


def test_clocks_are_compared_after_their_skew() -> None:
    ahead = replace(OURS, created_at=AT + timedelta(seconds=301))
    assert judged(ahead) is Whose.FOREIGN
    assert judged(ahead, skew=300.0) is Whose.OURS
    assert judged(OURS, skew=300.0) is Whose.FOREIGN


def test_an_answered_number_decides() -> None:
    answered = replace(CREATION, answered_id=7)
    assert judged(names="ab", creation=answered) is Whose.OURS
    assert judged(names="abcd", creation=answered) is Whose.OURS  # and its steps are another question
    assert judged(replace(OURS, created_at=None), creation=answered) is Whose.OURS
    assert judged(replace(OURS, id=8), creation=answered) is Whose.FOREIGN
    assert judged(replace(OURS, type="firmware"), creation=answered) is Whose.DOUBT


def test_a_person_may_decide_a_doubt() -> None:
    assert judged(names="ab", creation=replace(CREATION, confirmed=7)) is Whose.OURS
    assert judged(creation=replace(CREATION, disowned=7)) is Whose.FOREIGN


def test_what_dcmanager_adds_is_no_difference() -> None:
    spec = StrategySpec(kind=Kind.SW_DEPLOY, release_id=RELEASE, with_prestage=True)
    told = (
        ("for_sw_deploy", "true"), ("prestage-software-version", "26.09"), ("release_id", RELEASE),
        ("with_prestage", "true"),
    )  # fmt: skip
    assert judged(replace(OURS, arguments=told), creation=replace(CREATION, spec=spec)) is Whose.OURS
    assert judged(replace(OURS, arguments=told), creation=CREATION) is Whose.FOREIGN


def test_prestages_for_another_release_are_foreign() -> None:
    spec = StrategySpec(kind=Kind.PRESTAGE, release="26.09")
    creation = replace(CREATION, spec=spec)
    mine = replace(OURS, type="prestage", arguments=(("for_sw_deploy", "true"), ("prestage-software-version", "26.09")))
    assert judged(mine, creation=creation) is Whose.OURS
    other = replace(mine, arguments=(("for_sw_deploy", "true"), ("prestage-software-version", "26.03")))
    assert judged(other, creation=creation) is Whose.FOREIGN
    assert (
        judged(replace(mine, arguments=(("prestage-software-version", "26.09"),)), creation=creation) is Whose.FOREIGN
    )


def test_strategies_are_described_in_words() -> None:
    assert described(OURS) == "sw-deploy strategy 7 (delete true, release_id starlingx-26.09.1), initial"
    assert described(replace(OURS, arguments=())) == "sw-deploy strategy 7, initial"
