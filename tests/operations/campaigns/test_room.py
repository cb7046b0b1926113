"""Whether a batch may begin beside what other operations do: what they count for, and what is said of them."""

from dataclasses import replace

import pytest

from operations.campaigns.beside import Beside
from operations.campaigns.plan import Batch, Limits, Plan
from operations.campaigns.room import Rooms
from operations.campaigns.waves import make_plan
from tests.operations.campaigns.planned import rules, site

OVER = "With it {} sites {} would be worked on, 2 of them by other campaigns; at most {} may be."
OTHERS = "that another operation works on"
ALL = Limits(overall=4, per_region=3, per_link=2)


def a_plan(limits: Limits = ALL) -> Plan:
    """Two sites each at c1 and c2, in West, behind wan-1; all in one wave."""
    sites = [site(n, controller="c1" if n < 3 else "c2", link="wan-1" if n == 1 else "") for n in range(1, 5)]
    return make_plan(sites, rules(limits=limits))


def why_not(plan: Plan, beside: Beside, running: tuple[int, ...] = ()) -> str:
    """Of the first batch, at c1."""
    first: Batch = next(batch for _, batch in plan.batches)
    return Rooms(plan, lambda: beside).why_not(first, running)


@pytest.mark.parametrize(
    ("beside", "why"),
    [
        (Beside(), ""),
        (Beside(regions={"West": 1}), ""),
        (Beside(regions={"West": 2}), OVER.format(4, "of West", 3)),
        (Beside(regions={"East": 9}), ""),  # none of the batch lies there
        (Beside(links={"wan-1": 1}), ""),
        (Beside(links={"wan-1": 2}), OVER.format(3, "behind wan-1", 2)),
        (Beside(links={"wan-2": 9}), ""),
        (Beside(near={1: frozenset({"c1", "c2"})}), f"cell-00001 has neighbours {OTHERS} at c1, c2."),
        (Beside(near={3: frozenset({"c1"})}), ""),
        (Beside(rings={2: ("R1", frozenset({"c2"}))}), f"cell-00002 is in ring R1 with a site {OTHERS} at c2."),
    ],
)  # fmt: skip
def test_other_operations_count_where_they_share_something(beside: Beside, why: str) -> None:
    plan = a_plan()
    assert [len(batch.sites) for _, batch in plan.batches] == [2, 1, 1]
    assert why_not(plan, beside) == why


def test_they_count_together_with_what_this_campaign_works_on() -> None:
    plan = a_plan(replace(ALL, overall=10, per_region=4))
    assert why_not(plan, Beside(regions={"West": 1})) == ""
    assert "5 sites of West" in why_not(plan, Beside(regions={"West": 1}), running=(3, 4))


def test_how_many_at_once_is_the_campaigns_own_measure() -> None:
    """A number of all campaigns together nobody has given: what they share are regions and links."""
    plan = a_plan(Limits(overall=4))
    assert why_not(plan, Beside(regions={"West": 400}, links={"wan-1": 400})) == ""


def test_beside_is_asked_once_for_many_batches() -> None:
    asked = []
    plan = a_plan()
    rooms = Rooms(plan, lambda: asked.append(1) or Beside())  # type: ignore[func-returns-value]
    for _, batch in plan.batches:
        rooms.why_not(batch, ())
    assert len(asked) == 1
