"""Which subclouds a plan is for: those of a filter of the subcloud list, chosen ids, all in scope, or a plan's own."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import BadRequest
from django.http import QueryDict

from operations.services.campaign_rows import clouds_of
from operations.services.choosing import chosen_clouds
from operations.services.permits import campaign_for
from operations.services.requests import MOST_TARGETS
from sites.filters import CloudFilter
from sites.middleware import PortalRequest
from sites.selectors import subclouds


@dataclass(frozen=True, slots=True)
class PlanChoice:
    """`hidden`: what the form carries so that the same are meant when it comes back; `words`: what they were chosen by.
    `change`: the campaign whose plan is made anew, None for a new one."""

    clouds: list[int]
    names: dict[int, str]
    hidden: list[tuple[str, str]]
    words: str
    filter: str = ""
    change: int | None = None

    def ids(self, names: list[str]) -> tuple[list[int], list[str]]:
        """(ids of these names, those that are none of them)."""
        by_name = {name: pk for pk, name in self.names.items()}
        return [by_name[name] for name in names if name in by_name], [name for name in names if name not in by_name]


def plan_choice(request: PortalRequest, params: QueryDict) -> PlanChoice:
    """Raises RefusedError; PermissionDenied (audited) for ids or a campaign out of scope."""
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


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise BadRequest("Whole numbers only.")
    return int(text)
