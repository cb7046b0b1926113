"""Tasks that settings.HOUSEKEEPING names. Short: what is left over waits for the next time."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.core.management import call_command
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string

from operations.choices import OperationState
from operations.models import RunSecret

LONGEST_RUN = timedelta(days=14)  # thousands of sites, a few at once, take more than a day
BUDGET = 45.0  # seconds; Q_CLUSTER ends a task after twice that


def erase_secrets() -> int:
    """Secrets of runs that were never begun do not stay, nor those of runs without an end. Returns how many went."""
    now = timezone.now()
    old = RunSecret.objects.filter(erase_at__lt=now)
    endless = Q(operation__started_at__lt=now - LONGEST_RUN)
    return old.filter(~Q(operation__state=OperationState.PROCESSING) | endless).delete()[0]


def prune() -> int:
    """What `manage.py prune` does, batch by batch until the time is up. Returns the number of rows deleted."""
    began, deleted = time.monotonic(), 0
    for path in settings.PRUNERS:
        pruner: Callable[[datetime], Iterator[int]] = import_string(path)
        for count in pruner(timezone.now()):
            deleted += count
            if time.monotonic() - began > BUDGET:
                return deleted
    call_command("clearsessions")
    return deleted
