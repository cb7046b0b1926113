"""Operations of long ago go, with their targets, attempts and requests."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db.models import Q

from operations.choices import ENDED_OPERATIONS, OperationState
from operations.models import Operation, Target
from sites.retention import in_batches

TARGETS = 500  # with their attempts, phases and requests in one transaction
OPERATIONS = 20
NEVER_BEGUN = (OperationState.PLANNED, OperationState.CHECKING)


def forget_operations(now: datetime) -> Iterator[int]:
    """What ended, or was planned and never begun, before `now` - ALARM_HISTORY. Yields the count of each batch.

    Targets first: an operation may have thousands.
    """
    cutoff = now - settings.ALARM_HISTORY
    ended = Q(state__in=ENDED_OPERATIONS, ended_at__lt=cutoff)
    old = Operation.objects.filter(ended | Q(state__in=NEVER_BEGUN, created_at__lt=cutoff))
    yield from in_batches(Target.objects.filter(operation__in=old), TARGETS)
    yield from in_batches(old, OPERATIONS)
