"""Alarm counts as dcmanager reports them (T0). They only say when to look, not what stands."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from sites.choices import Facet
from sites.ingest.facets import Look, admit

SOURCE = "dcmanager"


def record_counts(cloud_ids: Iterable[int], *, requested_at: datetime, lease_token: int, now: datetime) -> None:
    """dcmanager reported counts for these clouds. Those it reports -1 for were not observed and are not among them."""
    with transaction.atomic():
        looks = [Look(pk, requested_at) for pk in cloud_ids]
        admit(Facet.ALARM_COUNTS, looks, source=SOURCE, lease_token=lease_token, now=now)
