"""Campaigns that begin after another: which one that may be, and whether somebody must say what is to be."""

from django.db import connection

from operations.campaign_facts.chain import ahead, ahead_of
from operations.campaign_selectors import campaigns
from operations.campaigns.chain import in_order
from operations.campaigns.strategy import StrategySpec
from operations.choices import OperationState
from operations.models import Campaign, Operation
from operations.services.requests import RefusedError
from sites.access import Scopes

LINKING = 0x6466  # advisory lock: of two plans that are put behind each other at once the second sees the first
UNKNOWN = "There is no campaign #{number}."
LONGEST = 100  # links of a chain


def seen_before(scopes: Scopes, number: int | None) -> int | None:
    """`number`, of a campaign that the user sees or none. Raises RefusedError."""
    if number is not None and not campaigns(scopes).filter(pk=number).exists():
        raise RefusedError({"after": f"There is no campaign #{number}, or none of its sites is in your scope."})
    return number


def demand_link(number: int | None, then: StrategySpec, of: int | None = None) -> None:
    """Whether a campaign with that strategy may begin after `number`. `of`: its own number, if it has one already.
    Raises RefusedError."""
    if number is None:
        return
    found = ahead(number)
    stands = of is not None and Campaign.objects.filter(pk=of, after_number=number).exists()
    if found.spec is None:
        if stands:  # it was forgotten since
            return
        raise RefusedError({"after": UNKNOWN.format(number=number)})
    if found.stuck and not stands:
        raise RefusedError({"after": f"Campaign #{number} is {found.word} and did not come through: choose another."})
    if wrong := in_order(found.spec, then):
        raise RefusedError({"after": wrong})
    if of is not None and of in _line(number):
        raise RefusedError({"after": f"Campaign #{number} itself begins after this one: neither would ever begin."})


def lock_links() -> None:
    """Until the end of the transaction nobody else puts a campaign behind another; before any row is locked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LINKING])


def stays(number: int) -> bool:
    """Whether there is such a campaign; until the end of the transaction it is not forgotten then. Ask before the audit
    is written: its head comes last, but the database would ask for this row when all is committed. The engine may
    change the row, as it may under a foreign key."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM operations_campaign WHERE operation_id = %s FOR KEY SHARE", [number])
        return cursor.fetchone() is not None


def link(campaign: Campaign, number: int | None) -> None:
    """The caller saves. Whoever let it begin anyway said so of one link only. Raises RefusedError where the other was
    forgotten meanwhile: to plan takes long."""
    if campaign.after_number == number:
        return
    if number is not None and not stays(number):
        raise RefusedError({"after": UNKNOWN.format(number=number)})
    campaign.after_id = campaign.after_number = number
    campaign.begin_anyway_at, campaign.begin_anyway_by = None, ""


def not_anyway(operation: Operation, campaign: Campaign) -> str:
    """Why nobody need say so; "" where somebody must. It names no campaign: whoever reads it may not see the other."""
    if campaign.after_number is None:
        return "It follows no other campaign."
    if operation.state != OperationState.PROCESSING or campaign.stop_reason:
        return f"It is {operation.get_state_display()}: only one that was started waits for the campaign before it."
    if campaign.begin_anyway_at is not None:
        return f"{campaign.begin_anyway_by} has said so already."
    found = ahead_of(campaign)
    if found is None or not found.stuck:
        return "The campaign before it is not over, or came through: nothing need be said."
    return ""


def _line(number: int | None) -> set[int]:
    """That campaign and all before it. A query for each."""
    found: set[int] = set()
    while number is not None and number not in found and len(found) < LONGEST:
        found.add(number)
        number = Campaign.objects.filter(pk=number).values_list("after_number", flat=True).first()
    return found
