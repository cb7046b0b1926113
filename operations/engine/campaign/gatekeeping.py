"""Whether a batch may still go on when its next request is written: by rows as they are then, under a lock.

Batches are driven by other jobs than the one that judges the whole: none of them may run ahead of it.
"""

from datetime import datetime

from operations.campaigns import actions as a
from operations.choices import WaveState
from operations.engine.campaign.book import Book, open_book
from operations.engine.campaign.halting import beyond
from operations.models import Batch, Job


def may_go_on(book: Book, batch: Batch, action: a.Action, now: datetime) -> bool:
    """False at failures beyond a limit, though the whole has not been halted yet. A batch begins only in a wave that
    the turn of the whole has opened, after it judged those before, and while those turns do not fail. The operation's
    row must be locked."""
    fresh = open_book(book.operation.pk)
    if beyond(fresh):
        return False
    if not isinstance(action, a.Begin):
        return True
    wave = next(each for each in fresh.waves if each.pk == batch.wave_id)
    if wave.state != WaveState.RUNNING or fresh.course(now).drive.get(batch.number) != "":
        return False
    whole = Job.objects.filter(operation=book.operation.pk, controller=None, target=None)
    return not whole.filter(failures__gt=0).exists()
