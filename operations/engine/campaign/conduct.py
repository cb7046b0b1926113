"""One turn of the job of a whole campaign: alarms since, limits, waves, and its end."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from events.log import append
from operations.campaigns.baseline import new_alarms
from operations.campaigns.conduct import Course, Phase
from operations.choices import BatchState, TargetState, WaveState
from operations.engine import jobs
from operations.engine.campaign import foresight
from operations.engine.campaign.book import OVER, Book, open_book
from operations.engine.campaign.controls import facts_now
from operations.engine.campaign.events import tell
from operations.engine.campaign.halting import STOPPED, TO_COME, end, judge
from operations.engine.campaign.pace import pace
from operations.engine.campaign.records import facts_before, keys_told
from operations.engine.commit import stop
from operations.engine.events import operation_event, target_event
from operations.models import Batch, Campaign, CampaignTarget, Job, Operation, Wave


def step(claim: jobs.Claim, job: Job) -> None:
    """Raises StaleTokenError when somebody else drives the job now."""
    now = timezone.now()
    if (begins := Campaign.objects.get(pk=job.operation_id).not_before) and begins > now:
        with transaction.atomic():
            jobs.release(jobs.held(claim), begins)
        return
    book = open_book(job.operation_id)
    fresh, foreseen = _alarms_since(book, now), foresight.foreseen(book, now)  # before the transaction: they read a lot
    with transaction.atomic():
        held = jobs.held(claim)
        Operation.objects.select_for_update().get(pk=job.operation_id)
        book = open_book(job.operation_id)
        _note_alarms(book, fresh)
        judge(book, now)
        foresight.note(book, foreseen)
        course = book.course(now)
        _close_batches(book, course, now)
        _waves(book, course, now)
        _slots(book, now)
        if course.phase is Phase.OVER:
            Job.objects.filter(operation=book.operation, controller__isnull=False).update(next_at=None)
            end(book, now)
            jobs.release(held, None)
        else:
            _say(book, course.message, now)
            jobs.release(held, now + pace().poll)


def _alarms_since(book: Book, now: datetime) -> dict[int, list[dict[str, str]]]:
    """{site that is done: new alarms there}, through soak and later waves: by what the collector has read since."""
    done = [pk for pk, site in book.sites.items() if site.row.target.state == TargetState.COMPLETED]
    found = {}
    for pk, site in (facts_now(book, done, now) if done else {}).items():
        row, read_at = book.sites[pk].row, site.facts.alarms_at
        before, ended = facts_before(site.facts.name, row), row.step_finished_at
        if before.alarms is None or site.facts.alarms is None or read_at is None or (ended and read_at < ended):
            continue
        if fresh := keys_told(new_alarms(before.alarms, site.facts.alarms, book.rules.spec.kind)):
            found[pk] = fresh
    return found


def _note_alarms(book: Book, fresh: Mapping[int, list[dict[str, str]]]) -> None:
    """One that has cleared again did stand, and stays noted."""
    changed = []
    for pk, alarms in fresh.items():
        row = book.sites[pk].row
        added = [told for told in alarms if told not in row.new_alarms]
        if added:
            row.new_alarms = [*row.new_alarms, *added]
            changed.append(row)
    CampaignTarget.objects.bulk_update(changed, ["new_alarms"], batch_size=500)


def _close_batches(book: Book, course: Course, now: datetime) -> None:
    """Batches that never will begin: their sites are told why, but of no other site."""
    for number in course.close:
        batch = book.batches[number]
        batch.state, batch.ended_at, batch.message = BatchState.CANCELLED, now, STOPPED
        batch.save(update_fields=["state", "ended_at", "message"])
        rows = [book.sites[pk].row.target for pk in book.members[number]]
        waiting = [row for row in rows if row.state in TO_COME]
        for row in waiting:
            stop(row, TargetState.CANCELLED, now, error=STOPPED, cause="not-run")
            row.save()
        append(target_event(row, now) for row in waiting)


def _waves(book: Book, course: Course, now: datetime) -> None:
    for wave in book.waves:
        state = _wave_state(wave, [b for b in book.batches.values() if b.wave_id == wave.pk], course)
        if state == wave.state:
            continue
        wave.state = state
        if state == WaveState.RUNNING:
            wave.started_at = wave.started_at or now
        if state == WaveState.SOAKING:
            wave.soaking_since = now
        if state in (WaveState.COMPLETED, WaveState.STOPPED):
            wave.ended_at = now
        wave.save()
        tell(book, now, wave=wave.number, state=state)


def _wave_state(wave: Wave, batches: list[Batch], course: Course) -> WaveState:
    over = all(batch.state in OVER for batch in batches)
    if over and course.phase is Phase.SOAKING and course.wave == wave.number:
        return WaveState.SOAKING
    if over:
        cut = any(batch.state == BatchState.CANCELLED for batch in batches)
        return WaveState.STOPPED if cut else WaveState.COMPLETED
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


def _say(book: Book, message: str, now: datetime) -> None:
    operation = book.operation
    text = (book.campaign.stop_reason or ("On hold: no further site starts." if operation.held else message))[:500]
    if operation.state_reason != text:
        operation.state_reason = text
        operation.save(update_fields=["state_reason"])
        append([operation_event(operation, now, {"state_reason": text})])
