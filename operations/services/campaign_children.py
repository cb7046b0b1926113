"""Campaigns that follow from another: what failed once more, and the way back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction

from operations.campaign_facts.sites import campaign_sites
from operations.campaigns.failure_limits import strictest
from operations.campaigns.open_deployments import no_way_back
from operations.campaigns.rulebook import read_spec, told_limit
from operations.choices import ENDED_OPERATIONS, OPEN_TARGETS, TargetState
from operations.frozen_plans import rulebook_of
from operations.models import Campaign, CampaignTarget, Operation
from operations.planning.problems import listed
from operations.services.campaigns import CampaignAsk, create_campaign
from operations.services.start import NotNowError
from operations.standings import Standing, standing
from sites.services.actors import Actor

FOLLOWING = 0x6467  # advisory lock, with the number of the parent
NEVER_RAN = (Standing.HELD_BACK, Standing.NOT_RUN)  # not what somebody skipped: that is left out for good


def retry_failed(
    operation_id: int, secrets: Mapping[str, str], user: User, actor: Actor, now: datetime, *, with_unrun: bool = False
) -> Operation:
    """A new campaign with exactly the sites that failed, under the same rules, to be approved as any other; in one
    wave without canaries. `with_unrun`: and those that never ran, once the campaign is over; then no more may fail than
    in the campaign and in any of its waves. Who is held by somebody stays so. Raises NotNowError, RefusedError.
    """
    parent = Campaign.objects.select_related("operation").get(pk=operation_id)
    wanted = [Standing.FAILED]
    if with_unrun:
        if parent.operation.ended_at is None:
            raise NotNowError("Some of its sites may still run: wait until it is over.")
        wanted += NEVER_RAN
    rows = parent.operation.targets.annotate(standing=standing()).filter(standing__in=[word.value for word in wanted])
    chosen = _clouds(parent.operation, rows)
    if not chosen:
        raise NotNowError("None of its sites failed, or never ran." if with_unrun else "None of its sites failed.")
    ask = replace(
        _after(parent, parent.ask, chosen, f"Again: {parent.operation.title}", secrets), after=parent.after_number
    )  # what was not done in the campaign before is not done now either
    if with_unrun:
        ask = replace(ask, rules=dict(ask.rules) | {"failures": _borne(parent)})
    with transaction.atomic():
        _demand_untaken(parent, chosen)
        made = create_campaign(ask, user, actor, now, parent=parent)
        _keep_holds(parent.operation, made)
    return made


def _keep_holds(before: Operation, made: Operation) -> None:
    """Whoever was held by somebody, and not released since, is held in the new campaign too."""
    held = CampaignTarget.objects.filter(target__operation=before, skipped=False).exclude(held_by="")
    said = {cloud: told for cloud, *told in held.values_list("target__cloud_id", "held_by", "hold_reason") if cloud}
    rows = list(CampaignTarget.objects.filter(target__operation=made, target__cloud__in=said).select_related("target"))
    for row in rows:
        row.held_by, row.hold_reason = said[row.target.cloud_id or 0]
    CampaignTarget.objects.bulk_update(rows, ["held_by", "hold_reason"])


def roll_back(
    operation_id: int, targets: Sequence[int], secrets: Mapping[str, str], user: User, actor: Actor, now: datetime
) -> Operation:
    """A new campaign that takes the chosen sites back to where they were: such as have their deployment open still.
    Raises NotNowError, RefusedError."""
    parent = Campaign.objects.select_related("operation").get(pk=operation_id)
    if not read_spec(parent.ask).deploys:
        raise NotNowError("Only a software deployment can be rolled back.")
    done = (TargetState.COMPLETED, TargetState.FAILED)
    rows = parent.operation.targets.filter(pk__in=list(targets))
    if rows.count() != len(set(targets)) or rows.exclude(state__in=done).exists():
        raise NotNowError("Choose sites of this campaign that were worked on: completed or failed ones.")
    if not targets:
        raise NotNowError("Choose at least one site.")
    if stuck := list(_stuck(rows, now)):
        raise NotNowError(f"{listed([name for name, _ in stuck], 5)} cannot go back. {stuck[0][1]}")
    ask = {"kind": "sw-deploy", "rollback": True}
    chosen, title = _clouds(parent.operation, rows), f"Roll back: {parent.operation.title}"
    with transaction.atomic():
        _demand_untaken(parent, chosen)
        return create_campaign(_after(parent, ask, chosen, title, secrets), user, actor, now, parent=parent)


def _stuck(rows: Any, now: datetime) -> Iterator[tuple[str, str]]:
    """(name, why it cannot go back) of those that are still in the books."""
    told = list(rows.exclude(cloud=None).order_by("number").values_list("name", "cloud_id"))
    known = campaign_sites([pk for _, pk in told], now)
    for name, pk in told:
        why = no_way_back(known[pk].facts.releases) if pk in known else ""
        if why:
            yield name, why


def _demand_untaken(parent: Campaign, clouds: Sequence[int]) -> None:
    """Not twice the same: whoever presses twice, or second, is told of the campaign that has these sites already. Until
    the caller's transaction is over nobody else comes as far, and no row is locked: planning takes long, and the engine
    drives the parent meanwhile. Raises NotNowError."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [FOLLOWING, parent.pk % 2**31])
    after = Operation.objects.filter(campaign__parent=parent).exclude(state__in=ENDED_OPERATIONS)
    taken = after.filter(targets__cloud__in=clouds, targets__state__in=OPEN_TARGETS).order_by("pk").first()
    if taken is not None:
        raise NotNowError(f"Campaign {taken.pk} ({taken.title}) is there for some of these already: end it first.")


def _clouds(operation: Operation, rows: Any) -> list[int]:
    """Raises NotNowError where one of them is no longer there."""
    ids = list(rows.values_list("cloud_id", flat=True))
    if None in ids:
        raise NotNowError("One of these subclouds is not in the portal's books any more.")
    return ids


def _borne(parent: Campaign) -> dict[str, Any]:
    """Its one wave must not bear more than the waves did that its sites were planned for."""
    book = rulebook_of(parent)
    return told_limit(strictest([book.failures, *(wave.failures for wave in book.waves)]))


def _after(
    parent: Campaign, ask: Mapping[str, Any], clouds: Sequence[int], title: str, secrets: Mapping[str, str]
) -> CampaignAsk:
    rules = dict(parent.rules) | {"canaries": {}, "waves": []}
    return CampaignAsk(
        strategy=ask, rules=rules, clouds=clouds, title=title[:200], reason=parent.operation.reason, secrets=secrets
    )
