"""Cleared alarms are kept as history for a while."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings

from alarms.models import Alarm
from sites.retention import in_batches


def forget_cleared(now: datetime) -> Iterator[int]:
    """Alarms cleared before `now` - ALARM_HISTORY, in small transactions. Yields the count of each batch."""
    return in_batches(Alarm.objects.filter(cleared_at__lt=now - settings.ALARM_HISTORY))
