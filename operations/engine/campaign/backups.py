"""Backups that a campaign makes by itself of sites that lack one when their turn comes: ordinary operations of their
own, asked for in the name of whoever made the plan, seen and stopped like any other."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.conf import settings

from operations.campaigns.reasons import Reason
from operations.choices import Kind
from operations.engine.campaign.book import Book
from operations.kinds import KINDS, SYSADMIN
from operations.models import RunSecret, Target
from operations.services.requests import Ask, RefusedError, request_operation
from sites.credentials import unseal
from sites.models import Cloud
from sites.services.actors import Actor
from starlingx.secret import Secret

ONCE_IN = timedelta(hours=6)  # one that failed is not tried again and again, but says why the site is held
LACKING = frozenset({"no-backup", "backup-old"})


def back_up(book: Book, against: Mapping[int, Iterable[Reason]], now: datetime) -> bool:
    """Begins an operation for those that lack nothing but a backup. Returns whether it began one. Raises RefusedError,
    NotNowError where nobody may, or not now."""
    if not book.rules.gates.start_backups:
        return False
    lacking = [
        pk for pk, reasons in against.items()
        if reasons and {reason.key for reason in reasons} <= LACKING
        and not (book.sites[pk].row.held_by or book.sites[pk].row.skipped)
    ]  # fmt: skip
    tried = Target.objects.filter(
        cloud__in=lacking, operation__kind=Kind.BACKUP, operation__created_at__gt=now - ONCE_IN / settings.SPEED
    )
    wanted = sorted(set(lacking) - set(tried.values_list("cloud_id", flat=True)))
    password = password_of(book) if wanted else None
    if not wanted or password is None:
        return False
    user, permission = book.campaign.planner, KINDS[Kind.BACKUP].permission
    if user is None or not user.has_perm(permission):  # the account may be closed since, or have lost its role
        who = f"{book.campaign.planner_name}, who planned it,"
        raise RefusedError({"planner": f"{who} may not back up any more: it needs {permission}."})
    ask = Ask(
        kind=Kind.BACKUP, clouds=wanted, secrets={SYSADMIN: password.reveal()}, max_at_once=len(wanted),
        reason=f"Campaign {book.operation.pk} demands a backup before its work begins.",
    )  # fmt: skip
    actor = Actor(user.username, f"campaign {book.operation.pk}")
    request_operation(ask, list(Cloud.objects.filter(pk__in=wanted)), user, actor, now)
    return True


def password_of(book: Book) -> Secret | None:
    """What was given for this campaign; its row is erased when the campaign is over. Raises CannotUnsealError."""
    row = RunSecret.objects.filter(operation=book.operation, target=None, name=SYSADMIN).first()
    return Secret(unseal(row.sealed)) if row is not None else None
