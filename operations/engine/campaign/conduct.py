"""One turn of the job of a whole campaign: alarms since, limits, waves, and its end."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from events.kinds import Kind
from events.log import NewEvent, append
from operations.campaigns.baseline import new_alarms
from operations.campaigns.conduct import Course, Phase
from operations.campaigns.facts import AlarmKey
from operations.campaigns.threshold import SiteResult, WaveLimit, verdict
from operations.choices import ACTIVE_TARGETS, BatchState, TargetState, WaveState
from operations.engine import jobs
from operations.engine.campaign import foresight
from operations.engine.campaign.book import OVER, Book, open_book
from operations.engine.campaign.controls import facts_now
from operations.engine.campaign.pace import pace
from operations.engine.campaign.records import facts_before, keys_told
from operations.engine.closing import close
from operations.engine.commit import stop
from operations.engine.events import operation_event, target_event
from operations.models import Batch, Campaign, CampaignTarget, Job, Operation, Target, Wave

BAD_STEPS = ("failed",)
TO_COME = (*ACTIVE_TARGETS, TargetState.READY)


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
        _judge(book, now)
        foresight.note(book, foreseen)
        course = book.course(now)
        _close_batches(book, course, now)
        _waves(book, course, now)
        _slots(book, now)
        if course.phase is Phase.OVER:
            _end(book, now)
            jobs.release(held, None)
        else:
            _say(book, course.message, now)
            jobs.release(held, now + pace().poll)


def results(book: Book) -> list[SiteResult]:
    """What has become of every site that began, over all System Controllers."""
    waves = {wave.pk: wave.number for wave in book.waves}
    batches = {batch.pk: waves[batch.wave_id] for batch in book.batches.values()}
    found = []
    for site in book.sites.values():
        row, target = site.row, site.row.target
        failed = target.state == TargetState.FAILED or row.step_state in BAD_STEPS
        error = target.error or row.step_details or row.step_state if failed else ""
        alarms = tuple(AlarmKey(told["alarm_id"], told["entity"]) for told in row.new_alarms)
        if error or alarms:
            wave = batches[row.batch_id or 0]
            found.append(SiteResult(site.name, wave, error, alarms, excused=bool(row.excused_by)))
    return found


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


def _judge(book: Book, now: datetime) -> None:
    """Failures and new alarms against the limits. What has been stopped stays so."""
    if book.campaign.stop_reason:
        return
    waves = {
        wave.number: WaveLimit(wave.name, len(planned.sites) - _skipped(book, planned.sites), planned.failures)
        for wave, planned in zip(book.waves, book.plan.waves, strict=True)
    }
    told = verdict(results(book), waves, book.rules.failures)
    if told.stop:
        book.campaign.stop_reason = told.sentence[:500]
        book.campaign.save(update_fields=["stop_reason"])
        _tell(book, now, state="stopping", message=book.campaign.stop_reason)


def _skipped(book: Book, sites: Iterable[int]) -> int:
    return sum(book.sites[pk].row.skipped for pk in sites)


def _close_batches(book: Book, course: Course, now: datetime) -> None:
    """Batches that never will begin: their sites are told why."""
    for number in course.close:
        batch = book.batches[number]
        batch.state, batch.ended_at, batch.message = BatchState.CANCELLED, now, course.message[:500]
        batch.save(update_fields=["state", "ended_at", "message"])
        rows = [book.sites[pk].row.target for pk in book.members[number]]
        waiting = [row for row in rows if row.state in TO_COME]
        for row in waiting:
            stop(row, TargetState.CANCELLED, now, error=course.message, cause="not-run")
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
        _tell(book, now, wave=wave.number, state=state)


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


def _end(book: Book, now: datetime) -> None:
    Job.objects.filter(operation=book.operation, controller__isnull=False).update(next_at=None)
    left = list(Target.objects.filter(operation=book.operation, state__in=TO_COME))
    for target in left:
        stop(target, TargetState.CANCELLED, now, error="The campaign ended before its turn.", cause="not-run")
        target.save()
    append(target_event(target, now) for target in left)
    operation = Operation.objects.get(pk=book.operation.pk)
    stop_reason = book.campaign.stop_reason
    halted = bool(stop_reason) and any(each.failed for each in results(book))  # an alarm may have come after its site
    close(operation, now, reason=stop_reason, failed=halted)


def _say(book: Book, message: str, now: datetime) -> None:
    operation = book.operation
    text = (book.campaign.stop_reason or ("On hold: no further site starts." if operation.held else message))[:500]
    if operation.state_reason != text:
        operation.state_reason = text
        operation.save(update_fields=["state_reason"])
        append([operation_event(operation, now, {"state_reason": text})])


def _tell(book: Book, now: datetime, **data: object) -> None:
    """For those who see the fleet, or the only System Controller it is for."""
    facts = {"operation": book.operation.pk, **data}
    subject = f"operation:{book.operation.pk}"
    append([NewEvent(Kind.CAMPAIGN_CHANGED, subject, now, facts, book.operation.controller_id)])
