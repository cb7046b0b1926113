"""manage.py prune: delete what is older than its retention. Run it daily."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, call_command
from django.utils import timezone
from django.utils.module_loading import import_string


class Command(BaseCommand):
    help = "Delete old events and whatever else grows, in small transactions."

    def handle(self, *args: Any, **options: Any) -> None:
        """settings.PRUNERS names functions `(now) -> counts of batches`, so that events need not know the tables."""
        now = timezone.now()
        for path in settings.PRUNERS:
            pruner: Callable[[datetime], Iterator[int]] = import_string(path)
            self.stdout.write(f"{path}: {sum(pruner(now))} rows deleted")
        call_command("clearsessions")
