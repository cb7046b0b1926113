"""Which subclouds a plan is for: those of a filter of the subcloud list, chosen ids, all in scope, or a plan's own."""

from dataclasses import dataclass, field, replace
from typing import Any

from django.core.exceptions import BadRequest
from django.http import QueryDict

from operations.campaign_chain import may_come_before
from operations.campaign_selectors import campaigns
from operations.choices import OperationState, TargetState
from operations.models import Campaign
from operations.selectors import targets
from operations.services.campaign_rows import clouds_of
from operations.services.choosing import chosen_clouds
from operations.services.permits import campaign_for
from operations.services.requests import MOST_TARGETS
from sites.filters import CloudFilter
from sites.middleware import PortalRequest
from sites.selectors import subclouds

OFFERED = 100  # campaigns to begin after; the newest


@dataclass(frozen=True, slots=True)
class PlanChoice:
    """`hidden`: what the form carries so that the same are meant when it comes back; `words`: what they were chosen by.
    `change`: the campaign whose plan is made anew, None for a new one. `origin`: the one whose sites a new plan
    takes over, to follow it. `before`: (number, words) of campaigns that it may begin after."""

    clouds: list[int]
    names: dict[int, str]
    hidden: list[tuple[str, str]]
    words: str
    filter: str = ""
    change: int | None = None
    origin: int | None = None
    before: list[tuple[str, str]] = field(default_factory=list)

    def ids(self, names: list[str]) -> tuple[list[int], list[str]]:
        """(ids of these names, those that are none of them)."""
        by_name = {name: pk for pk, name in self.names.items()}
        return [by_name[name] for name in names if name in by_name], [name for name in names if name not in by_name]


def plan_choice(request: PortalRequest, params: QueryDict) -> PlanChoice:
    """Raises RefusedError; PermissionDenied (audited) for ids or a campaign out of scope, Http404."""
    choice = _choice(request, params)
    return replace(choice, before=_before(request, choice))


def _choice(request: PortalRequest, params: QueryDict) -> PlanChoice:
    if origin := params.get("from"):
        return _of_the_one_before(request, _number(origin))
    if change := params.get("change"):
        return _of_plan(request, _number(change))
    if ids := params.getlist("cloud"):
        rows = chosen_clouds(request, request.scopes, [_number(text) for text in ids], None)
        found = {cloud.pk: cloud.name for cloud in rows}
        return PlanChoice(list(found), found, [("cloud", str(pk)) for pk in found], "chosen one by one")
    query = QueryDict(params.get("filter", "") if "filter" in params else params.urlencode())
    filters: dict[str, Any] = {
        name: values for name, values in query.lists() if name in CloudFilter.base_filters and any(values)
    }
    if filters:
        found = {cloud.pk: cloud.name for cloud in chosen_clouds(request, request.scopes, None, filters)}
    else:
        found = dict(subclouds(request.scopes).order_by("name").values_list("pk", "name")[: MOST_TARGETS + 1])
    return _by_filter(found, filters)


def _by_filter(found: dict[int, str], filters: dict[str, list[str]]) -> PlanChoice:
    kept = QueryDict(mutable=True)
    for name, values in filters.items():
        kept.setlist(name, values)
    words = "; ".join(f"{name} {' or '.join(values)}" for name, values in filters.items())
    address = kept.urlencode()
    return PlanChoice(list(found), found, [("filter", address)], words or "all in your scope", address)


def _of_plan(request: PortalRequest, pk: int) -> PlanChoice:
    operation = campaign_for(request, request.scopes, pk, "change")
    ids = clouds_of(operation)
    found = dict(subclouds(request.scopes).filter(pk__in=ids).values_list("pk", "name"))
    return PlanChoice(list(found), found, [("change", str(pk))], "those of the plan that stands", change=pk)


def _of_the_one_before(request: PortalRequest, pk: int) -> PlanChoice:
    """Its sites that are in the books still. Its rules may name any of them: they are for whoever sees all."""
    campaign_for(request, request.scopes, pk, "change")
    taking_part = targets(request.scopes).filter(operation=pk).exclude(state=TargetState.REFUSED)
    rows = subclouds(request.scopes).filter(pk__in=taking_part.values("cloud"), removed_at=None)
    found = dict(rows.order_by("name").values_list("pk", "name"))
    return PlanChoice(list(found), found, [("from", str(pk))], f"those of campaign #{pk}", origin=pk)


def _before(request: PortalRequest, choice: PlanChoice) -> list[tuple[str, str]]:
    """The user's open campaigns, and the one that the plan follows now, though that has ended."""
    stands = choice.origin
    if choice.change:
        stands = Campaign.objects.values_list("after_number", flat=True).get(pk=choice.change)
    others = may_come_before(request.scopes).exclude(pk=choice.change or 0)
    rows = list(others.values_list("pk", "title", "state")[:OFFERED])
    if stands is not None and stands not in {pk for pk, _, _ in rows}:
        told = campaigns(request.scopes).filter(pk=stands).values_list("pk", "title", "state")
        rows = [*(told or [(stands, "not in your scope, or in the books no more", "")]), *rows]
    return [(str(pk), f"#{pk} {title[:80]}{_in_words(state)}") for pk, title, state in rows]


def _in_words(state: str) -> str:
    return f" ({OperationState(state).label})" if state else ""


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise BadRequest("Whole numbers only.")
    return int(text)
