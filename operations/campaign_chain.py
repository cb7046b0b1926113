"""The chain that a campaign stands in, as far as its links are seen: those it begins after, and those that begin after
it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, Case, Exists, F, OuterRef, QuerySet, When

from operations.campaign_facts.chain import NOT_OVER, came_through
from operations.campaign_selectors import campaigns
from operations.choices import OperationState
from operations.models import Campaign, Operation
from sites.access import Scopes

LONGEST = 20  # links in either direction
BEFORE, THIS, NEXT = "before", "this", "next"


@dataclass(frozen=True, slots=True)
class Link:
    """A campaign of the chain. `place`: before, this or next."""

    id: int
    title: str
    state: str
    strategy: str
    place: str
    ended_at: datetime | None
    eta_p90: datetime | None

    @property
    def word(self) -> str:
        return str(OperationState(self.state).label)


def links(scopes: Scopes, campaign: Campaign) -> list[Link]:
    """In the order in which they begin; [] where it stands alone. A query for each link before, for each generation
    behind, and one more."""
    seen = {campaign.pk}
    before: list[Link] = []
    number = campaign.after_number
    while number is not None and number not in seen and len(before) < LONGEST:
        found = _rows(scopes, pk=number)
        if not found:
            break
        seen.add(number)
        before.insert(0, _link(found[0], BEFORE))
        number = found[0]["campaign__after_number"]
    behind: list[Link] = []
    young: Iterable[int] = [campaign.pk]
    for _ in range(LONGEST):
        found = [row for row in _rows(scopes, campaign__after_number__in=young) if row["pk"] not in seen]
        behind += [_link(row, NEXT) for row in found]
        young = [row["pk"] for row in found]
        seen.update(young)
        if not young:
            break
    if not before and not behind:
        return []
    (this,) = _rows(scopes, pk=campaign.pk)
    return [*before, _link(this, THIS), *behind]


def after_column(scopes: Scopes) -> Any:
    """The campaign that an Operation begins after, where that is seen."""
    if scopes.fleet:
        return F("campaign__after_number")
    seen = campaigns(scopes).filter(pk=OuterRef("campaign__after_number"))
    return Case(When(Exists(seen), then=F("campaign__after_number")), output_field=BigIntegerField())


def came_after(scopes: Scopes, campaign: Campaign) -> int | None:
    """The same of one campaign; whoever sees the fleet reads its number though it is forgotten. One query at most."""
    number = campaign.after_number
    if number is None or scopes.fleet:
        return number
    return number if campaigns(scopes).filter(pk=number).exists() else None


def may_come_before(scopes: Scopes) -> QuerySet[Operation]:
    """Campaigns that a new one may begin after: those that go on, or are to begin; the newest first."""
    return campaigns(scopes).filter(state__in=NOT_OVER, campaign__stop_reason="").order_by("-pk")


def may_be_followed(operation: Operation, campaign: Campaign) -> bool:
    """Whether what follows it may be planned: it is to begin, goes on, or came through. One query at most."""
    if operation.state in NOT_OVER:
        return not campaign.stop_reason
    return came_through(operation, campaign)


def _rows(scopes: Scopes, **which: Any) -> list[dict[str, Any]]:
    columns = (
        "pk", "title", "state", "ended_at", "campaign__strategy", "campaign__eta_p90", "campaign__after_number",
    )  # fmt: skip
    rows: Any = campaigns(scopes).filter(**which).order_by("pk")
    return list(rows.values(*columns)[:LONGEST])


def _link(row: dict[str, Any], place: str) -> Link:
    return Link(
        row["pk"], row["title"], row["state"], row["campaign__strategy"], place, row["ended_at"],
        row["campaign__eta_p90"],
    )  # fmt: skip
