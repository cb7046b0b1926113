"""Operations of long ago go, with their targets, attempts and requests."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from operations.choices import ENDED_OPERATIONS, OperationState
from operations.models import Campaign, Operation, Target
from sites.retention import in_batches

TARGETS = 500  # with their attempts, phases and requests in one transaction
OPERATIONS = 20
NEVER_BEGUN = (OperationState.PLANNED, OperationState.CHECKING)


def forget_operations(now: datetime) -> Iterator[int]:
    """What ended, or was planned and never begun, before `now` - ALARM_HISTORY. Yields the count of each batch.

    Targets first: an operation may have thousands. A campaign is kept while one that begins after it is not over: what
    was done in the former decides who takes part in the latter.
    """
    cutoff = now - settings.ALARM_HISTORY
    ended = Q(state__in=ENDED_OPERATIONS, ended_at__lt=cutoff)
    old = Operation.objects.filter(ended | Q(state__in=NEVER_BEGUN, created_at__lt=cutoff))
    old = old.exclude(Exists(_open_followers(cutoff)))
    yield from in_batches(Target.objects.filter(operation__in=old), TARGETS)
    yield from in_batches(old, OPERATIONS)


def _open_followers(cutoff: datetime) -> QuerySet[Campaign]:
    """Campaigns that follow the operation, are not over, and are not to be forgotten themselves."""
    going_on = ~Q(operation__state__in=ENDED_OPERATIONS)
    forgotten = Q(operation__state__in=NEVER_BEGUN, operation__created_at__lt=cutoff)
    return Campaign.objects.filter(going_on & ~forgotten, after=OuterRef("pk"))
