"""What was long ago goes, in small transactions: ended spans, clouds that left the fleet, records of sign-ins."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.db.models import QuerySet

from sites.models import Cloud, StatusSpan

BATCH = 5000
CLOUDS = 20  # all that hangs on a cloud goes with it


def forget_spans(now: datetime) -> Iterator[int]:
    """Spans that ended before `now` - ALARM_HISTORY. Yields the count of each batch."""
    return in_batches(StatusSpan.objects.filter(ended_at__lt=now - settings.ALARM_HISTORY))


def forget_clouds(now: datetime) -> Iterator[int]:
    """Clouds removed before `now` - ALARM_HISTORY, with everything that was known of them."""
    return in_batches(Cloud.objects.filter(removed_at__lt=now - settings.ALARM_HISTORY), CLOUDS)


def forget_sign_ins(now: datetime) -> Iterator[int]:
    """Records of sign-ins and of failed tries from before `now` - SIGN_IN_HISTORY."""
    for model in (AccessLog, AccessFailureLog, AccessAttempt):
        yield from in_batches(model.objects.filter(attempt_time__lt=now - settings.SIGN_IN_HISTORY))


def in_batches(rows: QuerySet[Any], size: int = BATCH) -> Iterator[int]:
    """Deletes these rows, `size` in a transaction; yields how many rows went, those that hung on them included."""
    while keys := list(rows.order_by().values_list("pk", flat=True)[:size]):
        yield rows.model._base_manager.filter(pk__in=keys).delete()[0]
