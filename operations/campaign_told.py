"""What a campaign's own sentences tell whom. Why it was stopped, what is uncertain about its end and what costs most
may name any of its sites, so that only whoever sees all of them reads it; all others read that there is something.

One rule for lists (as columns in SQL), pages, answers and the report.
"""

from typing import Any

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Concat, StrIndex

from operations.choices import ENDED_OPERATIONS, Kind
from operations.models import Campaign, Operation, Target, Wave
from sites.access import Scopes

STOPPED = "The reason may name subclouds out of your scope, so it is not shown."
UNCERTAIN = "What is uncertain about it may name subclouds out of your scope, so it is not shown."
WAITING = "What it waits for may name subclouds out of your scope, so it is not shown."


def told(text: str, *, whole: bool, instead: str = STOPPED) -> str:
    """`text` to whoever sees the whole, `instead` to others; nothing where there is nothing."""
    return text if whole or not text else instead


def state_reason(operation: Operation, campaign: Campaign, *, whole: bool) -> str:
    """Of one that goes on it names its waves only."""
    may_name = campaign.stop_reason or operation.state in ENDED_OPERATIONS
    return told(operation.state_reason, whole=whole or not may_name)


def sees_controller(scopes: Scopes, controller_id: int | None) -> bool:
    """Whether all of its batches may be told of, which name sites of that System Controller only."""
    return scopes.fleet or controller_id in scopes.controllers


def whole(scopes: Scopes) -> Any:
    """A column of Operation: whether all of its targets are in scope."""
    if scopes.fleet:
        return Value(True)
    return ~Exists(Target.objects.filter(operation=OuterRef("pk")).exclude(scopes.placed()))


def stop_reason_column(scopes: Scopes) -> Combinable:
    """As told() has it, of an Operation that is a campaign."""
    return _column("campaign__stop_reason", scopes, STOPPED)


def eta_note_column(scopes: Scopes) -> Combinable:
    return _column("campaign__eta_note", scopes, UNCERTAIN)


def state_reason_column(scopes: Scopes) -> Combinable:
    """As state_reason() has it; of operations that are no campaign it is for everybody."""
    if scopes.fleet:
        return F("state_reason")
    goes_on = Q(campaign__stop_reason="") & ~Q(state__in=ENDED_OPERATIONS) & Q(~_names_hidden_wave(scopes))
    return _column("state_reason", scopes, STOPPED, ~Q(kind=Kind.CAMPAIGN) | goes_on)


def _names_hidden_wave(scopes: Scopes) -> Exists:
    """Of an Operation: whether its state_reason begins with the name of a wave that has no site in scope."""
    here = Target.objects.filter(scopes.placed(), in_campaign__batch__wave=OuterRef("pk"))
    named = StrIndex(OuterRef("state_reason"), Concat(F("name"), Value(": ")))
    return Exists(Wave.objects.annotate(named=named).filter(~Exists(here), campaign=OuterRef("pk"), named=1))


def _column(name: str, scopes: Scopes, instead: str, free: Q | None = None) -> Combinable:
    """`free`: where it may be told to everybody."""
    if scopes.fleet:
        return F(name)
    free = Q(**{name: ""}) if free is None else free | Q(**{name: ""})
    return Case(
        When(free, then=F(name)), When(whole(scopes), then=F(name)), default=Value(instead), output_field=CharField()
    )
