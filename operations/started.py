"""Whether a strategy of a campaign was started: from when its request is written, unless nothing came of that."""

from django.db.models import QuerySet

from operations.campaigns.batch import Verb
from operations.choices import NOT_DONE
from operations.models import BatchIntent


def was_started(intents: QuerySet[BatchIntent]) -> bool:
    """Of any of the batches, or attempts, that these requests are of. One query."""
    return intents.filter(verb=Verb.APPLY.value).exclude(outcome__in=NOT_DONE).exists()
