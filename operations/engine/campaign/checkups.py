"""Sites are asked for their own health ahead of the work: a day before, an hour before, and right before it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from operations.campaigns.calendars import Opening
from operations.campaigns.rules import CampaignRules
from sites.choices import Facet
from sites.models import FacetState
from sites.services.clouds import ask_for_health

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LAST = timedelta(minutes=15)  # of real time, however fast a demo goes: so the collector reads


def gates_now(gates: CampaignRules, opening: Opening, room: str) -> CampaignRules:
    """What a site must show now: right before the work only a fresh answer counts."""
    return replace(gates, health_fresh=LAST) if opening.is_open and not room else gates


def check_up(sites: Iterable[int], gates: CampaignRules, opening: Opening, room: str, now: datetime) -> None:
    """Leaves hints for the collector; who answered lately enough is left in peace. Two queries at most."""
    age = _oldest(opening, room, now)
    if not gates.health or age is None:
        return
    ids = list(sites)
    known = FacetState.objects.filter(cloud__in=ids, facet=Facet.HEALTH_QUERY, observed_at__range=(now - age, now))
    if missing := set(ids) - set(known.values_list("cloud_id", flat=True)):
        ask_for_health(missing, now)


def is_near(opening: Opening, room: str, now: datetime) -> bool:
    """Whether a batch may begin, or will within the hour: what has to be done before is done now."""
    return (opening.is_open and not room) or (opening.opens is not None and opening.opens - now <= HOUR)


def _oldest(opening: Opening, room: str, now: datetime) -> timedelta | None:
    """How old an answer may be; None: nobody need ask yet. The last answer must hold until the batch has begun."""
    if opening.is_open:
        return HOUR if room else LAST * 2 / 3
    if opening.opens is None or opening.opens - now > DAY:
        return None
    return HOUR if opening.opens - now <= HOUR else DAY
