"""The rules of a campaign for whoever sees a part of its sites: regions, WAN links, canaries and waves that none of
these sites has to do with are left out, as their names tell of the others."""

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import F

from operations.campaign_selectors import campaign_targets
from operations.campaign_words import Row, rules_in_words
from operations.campaigns.plan import CanaryRule, Limits, WaveRule
from operations.campaigns.rulebook import Rulebook
from sites.access import Scopes

NOT_SHOWN = "Limits, canaries and waves that concern only subclouds out of your scope."


@dataclass(frozen=True, slots=True)
class Near:
    """What the reader's sites have to do with: their ids, regions, links, and the names of their waves."""

    clouds: frozenset[int | None]
    regions: frozenset[str]
    links: frozenset[str]
    waves: frozenset[str]


def rules_seen(scopes: Scopes, pk: int, book: Rulebook, *, whole: bool) -> Rulebook:
    """`book` as far as it concerns sites in scope. One query, none for whoever sees the whole."""
    if whole:
        return book
    near = _near(scopes, pk)
    return replace(
        book,
        limits=_limits(book.limits, near),
        canaries=_canaries(book.canaries, near),
        waves=tuple(_wave(rule, near) for rule in book.waves if rule.name in near.waves),
    )


def rules_to_read(scopes: Scopes, pk: int, book: Rulebook, *, whole: bool) -> list[Row]:
    """The same in words, (term, text). How many canaries were chosen is for everybody."""
    seen = rules_seen(scopes, pk, book, whole=whole)
    rows = rules_in_words(replace(seen, canaries=book.canaries))
    return rows if seen == book else [*rows, ("Not shown", NOT_SHOWN)]


def _near(scopes: Scopes, pk: int) -> Near:
    rows: Any = campaign_targets(scopes, pk).annotate(
        link=F("in_campaign__wan_link"), planned=F("in_campaign__planned_batch__wave__name"),
        now=F("in_campaign__batch__wave__name"),
    )  # fmt: skip
    found = set(rows.values_list("cloud_id", "region", "cloud__region", "link", "planned", "now"))
    clouds, planned_in, lies_in, links, *waves = zip(*found, strict=True) if found else ((),) * 6
    names = {name for column in waves for name in column if name}
    regions = {region for region in (*planned_in, *lies_in) if region}
    return Near(frozenset(clouds), frozenset(regions), frozenset(filter(None, links)), frozenset(names))


def _limits(limits: Limits, near: Near) -> Limits:
    return replace(
        limits,
        regions=tuple(pair for pair in limits.regions if pair[0] in near.regions),
        links=tuple(pair for pair in limits.links if pair[0] in near.links),
    )


def _canaries(rule: CanaryRule, near: Near) -> CanaryRule:
    return replace(rule, chosen=tuple(pk for pk in rule.chosen if pk in near.clouds))


def _wave(rule: WaveRule, near: Near) -> WaveRule:
    return replace(rule, regions=rule.regions & near.regions)
