"""One turn of the job of a whole campaign: alarms since, limits, waves, and its end."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from operations.campaigns.conduct import Course, Phase
from operations.choices import OPEN_TARGETS, BatchState, TargetState, WaveState
from operations.engine import jobs
from operations.engine.campaign import ahead, foresight, mop_up, soaking
from operations.engine.campaign.book import OVER, Book, open_book
from operations.engine.campaign.events import say, tell
from operations.engine.campaign.halting import STOPPED, end, judge, pause
from operations.engine.campaign.missed import miss
from operations.engine.campaign.new_alarms import note_new_alarms, sites_with_new_alarms
from operations.engine.campaign.pace import pace
from operations.engine.campaign.unapproved import take_back
from operations.engine.stopping import stop_all
from operations.models import Batch, Campaign, Job, Operation, Target, Wave

CANARIES = 0  # number of their wave
NO_CANARY = (
    "None of the {count} canaries was worked on: what this does, no site has shown yet. What stood against each is said"
    " beside it. Resumed, the other waves go first, and the canaries come in the mop-up wave if they can."
)


def step(claim: jobs.Claim, job: Job) -> None:
    """Raises StaleTokenError when somebody else drives the job now."""
    now = timezone.now()
    campaign = Campaign.objects.get(pk=job.operation_id)
    if (begins := campaign.not_before) and begins > now and not campaign.stop_reason:
        with transaction.atomic():
            jobs.release(jobs.held(claim), begins)
        return
    book = open_book(job.operation_id)
    if (before := ahead.awaited(book)) is not None:
        ahead.wait(claim, book, before, now)
        return
    kind = book.rules.spec.kind
    looked = soaking.look(book, now)  # first: alarms that are read after it are none that it took for judged
    fresh = sites_with_new_alarms(job.operation_id, kind)  # before the transaction, as the next: they read a lot
    foreseen = foresight.foreseen(book, now)
    held_back = mop_up.able(book, now) if mop_up.is_due(book, now) else None
    with transaction.atomic():
        held = jobs.held(claim)
        Operation.objects.select_for_update().get(pk=job.operation_id)
        note_new_alarms(job.operation_id, kind, fresh, now)
        book = open_book(job.operation_id)
        soaking.note(book, looked, now)
        miss(book, now)
        judge(book, now)
        foresight.note(book, foreseen)
        course = book.course(now)
        _close_batches(book, course, now)
        _waves(book, course, now)
        if mop_up.is_due(book, now):
            if held_back is None:  # all has just ended: they were not looked at yet
                jobs.release(held, now)
                return
            if mop_up.take_up(book, held_back, now):
                book = open_book(job.operation_id)
                course = book.course(now)
        _slots(book, now)
        _wait(book, course)
        if course.phase is Phase.OVER:
            Job.objects.filter(operation=book.operation, controller__isnull=False).update(next_at=None)
            end(book, now)
            jobs.release(held, None)
        else:
            say(book, course.message, now)
            jobs.release(held, now + pace().poll)


def _close_batches(book: Book, course: Course, now: datetime) -> None:
    """Batches that never will begin: their sites are told why, but of no other site."""
    batches = [book.batches[number] for number in course.close]
    if not batches:
        return
    for batch in batches:
        batch.state, batch.ended_at, batch.message = BatchState.CANCELLED, now, STOPPED
    Batch.objects.filter(pk__in=[batch.pk for batch in batches]).update(
        state=BatchState.CANCELLED, ended_at=now, message=STOPPED
    )
    waiting = Target.objects.filter(in_campaign__batch__in=batches, state__in=OPEN_TARGETS)
    stop_all(waiting, TargetState.CANCELLED, now, error=STOPPED, cause="not-run")


def _waves(book: Book, course: Course, now: datetime) -> None:
    for wave in book.waves:
        batches = [batch for batch in book.batches.values() if batch.wave_id == wave.pk]
        state = _wave_state(wave, batches, course, stopped=bool(book.campaign.stop_reason))
        if state == wave.state:
            continue
        wave.state = state
        if state == WaveState.AWAITING:
            wave.awaits_since = now
            take_back(book, wave, now)
        if state == WaveState.RUNNING:
            wave.started_at = wave.started_at or now
        if state == WaveState.SOAKING:
            wave.soaking_since = now
        if state in (WaveState.COMPLETED, WaveState.STOPPED):
            wave.ended_at = now
        wave.save()
        tell(book, now, wave=wave.number, state=state)
        if state == WaveState.COMPLETED:
            _heed_canaries(book, wave, now)


def _heed_canaries(book: Book, wave: Wave, now: datetime) -> None:
    """Canaries of which none was worked on have shown nothing: whether the rest may go first, a person says."""
    if wave.number != CANARIES or len(book.waves) == 1 or book.campaign.stop_reason or book.operation.held:
        return
    sites = Target.objects.filter(operation=book.operation.pk, in_campaign__batch__wave=wave)
    if not sites.filter(state__in=(TargetState.COMPLETED, TargetState.FAILED)).exists():
        book.operation.held = True
        pause(book, NO_CANARY.format(count=sites.count()), now)


def _wave_state(wave: Wave, batches: list[Batch], course: Course, *, stopped: bool) -> WaveState:
    """A batch all of whose sites were held is cancelled too: that alone stops no wave."""
    over = all(batch.state in OVER for batch in batches)
    if over and course.phase is Phase.SOAKING and course.wave == wave.number:
        return WaveState.SOAKING
    if over:
        cut = stopped and any(batch.state == BatchState.CANCELLED for batch in batches)
        return WaveState.STOPPED if cut else WaveState.COMPLETED
    if course.phase is Phase.AWAITING and course.wave == wave.number:
        return WaveState.AWAITING
    begun = wave.started_at is not None or (course.phase is Phase.RUNNING and course.wave == wave.number)
    return WaveState.RUNNING if begun else WaveState.PENDING


def _slots(book: Book, now: datetime) -> None:
    """A job for each System Controller that has batches; one that rests is woken."""
    wanted = {batch.controller_id for batch in book.batches.values() if batch.state not in OVER}
    there = set(book.operation.jobs.filter(controller__isnull=False).values_list("controller_id", flat=True))
    Job.objects.bulk_create(
        Job(operation=book.operation, controller_id=pk, next_at=now) for pk in sorted(wanted - there)
    )
    idle = Job.objects.filter(operation=book.operation, controller__in=wanted & there, next_at=None)
    idle.update(next_at=now)


def _wait(book: Book, course: Course) -> None:
    """Until when it waits for a window; None where it does not."""
    if book.campaign.waits_until != course.opens:
        book.campaign.waits_until = course.opens
        book.campaign.save(update_fields=["waits_until"])
