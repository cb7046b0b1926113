"""The sites of a batch: their baseline, how far their steps are, what came of them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import F

from events.log import append
from operations.campaign_mop_up import AWAITS
from operations.campaigns.batch import End, Look, Member, Memory, SiteEnd
from operations.campaigns.facts import SiteFacts
from operations.campaigns.own_steps import named
from operations.campaigns.postcheck import After, Health, check_after, is_as_before
from operations.campaigns.reading import read
from operations.campaigns.settling import is_late, noted
from operations.campaigns.strategy import StrategySpec
from operations.choices import TargetState
from operations.engine.campaign.book import Book
from operations.engine.campaign.controls import facts_now
from operations.engine.campaign.durations import phase_of
from operations.engine.campaign.pace import pace
from operations.engine.campaign.records import baseline_of, by_parts, facts_before, keys_told, stored
from operations.engine.events import target_event, told
from operations.models import Attempt, Batch, CampaignTarget, PhaseSpan, Target
from sites.models import Cloud
from sites.services.clouds import follow as follow_clouds
from starlingx.records import StrategyStep

WHOLE_SECONDS = timedelta(seconds=2)  # dcmanager cuts off when a step ended, and clocks are compared by whole seconds
PERCENT = re.compile(r"(\d{1,3})\s?%")
WAITING = ("initial", "aborted")
BEFORE = ["home_group_id", "baseline", "baseline_at", "before", "after", "error_before"]
TAKEN_BACK = "Its batch was taken back before anything ran, and begins again later."
WITHOUT = "Its batch has begun without it: {why}"
ENDS = {
    End.DONE: TargetState.COMPLETED, End.FAILED: TargetState.FAILED, End.GONE: TargetState.FAILED,
    End.NOT_RUN: TargetState.CANCELLED, End.HELD: TargetState.CANCELLED, End.SKIPPED: TargetState.CANCELLED,
}  # fmt: skip


def begin(book: Book, batch: Batch, roster: Sequence[Member], now: datetime) -> None:
    """Writes down how each site is, all of its alarms, and the text that creating a strategy wipes upstream."""
    members = {member.site: member for member in roster}
    for part in by_parts(list(members)):
        facts = facts_now(book, part, now)
        errors = dict(Cloud.objects.filter(pk__in=facts).values_list("pk", "error_description"))
        rows = []
        for pk in part:
            site = facts.get(pk)
            before = baseline_of(site.facts if site else SiteFacts(name=members[pk].name), book.rules.spec)
            rows.append(CampaignTarget(
                pk=book.sites[pk].row.pk, home_group_id=members[pk].home_group, baseline_at=now, after={},
                error_before=errors.get(pk, ""), **before,
            ))  # fmt: skip
        CampaignTarget.objects.bulk_update(rows, BEFORE)
    _take([book.sites[pk].row.target for pk in members], now)


def go_without(book: Book, left_out: Sequence[SiteEnd], now: datetime) -> None:
    """The batch begins without them: why is said at once, not only when it is over."""
    rows = []
    for each in left_out:
        target = book.sites[each.site].row.target
        if each.end is End.HELD and target.state == TargetState.READY:
            target.message = WITHOUT.format(why=each.error)[:500]
            rows.append(target)
    Target.objects.bulk_update(rows, ["message"], batch_size=500)
    append(target_event(target, now) for target in rows)


def _take(targets: Sequence[Target], now: datetime) -> None:
    """From now on no other operation may work on them. Raises IntegrityError where one does."""
    ready = [target for target in targets if target.state == TargetState.READY]
    for target in ready:
        target.state, target.message = TargetState.WAITING, "is being prepared"
    Target.objects.bulk_update(ready, ["state", "message"], batch_size=500)
    append(target_event(target, now) for target in ready)


def give_back(book: Book, batch: Batch, now: datetime) -> None:
    """The attempt was taken back before anything ran: others may work on the sites until the next one. The batch says
    why; that may name others of its sites."""
    rows = [book.sites[pk].row.target for pk in book.members[batch.number]]
    waiting = [target for target in rows if target.state == TargetState.WAITING]
    for target in waiting:
        target.state, target.message = TargetState.READY, TAKEN_BACK
    Target.objects.bulk_update(waiting, ["state", "message"], batch_size=500)
    append(target_event(target, now) for target in waiting)


def follow(book: Book, batch: Batch, memory: Memory, look: Look, now: datetime) -> None:
    """How far each step is: the VIM's own percent, which is as old as the look that brought it. A site may have had
    another name when the batch began than in the plan, and another again now."""
    called = {member.site: member.name for member in memory.roster}
    by_name = {step.cloud: step for step in named(memory, look.steps)}
    changed: list[CampaignTarget] = []
    begun: list[Attempt] = []
    for pk in book.members[batch.number]:
        site = book.sites[pk]
        step = by_name.get(called.get(pk, site.name))
        if step is not None and _follow_one(site.row, step, look, now, begun):
            changed.append(site.row)
    if not changed:
        return
    names = ["step_state", "step_details", "step_started_at", "step_finished_at"]
    CampaignTarget.objects.bulk_update(changed, names, batch_size=500)
    rows = [row.target for row in changed]
    names = ["state", "message", "percent", "percent_at", "seen_at", "started_at", "attempt"]
    Target.objects.bulk_update(rows, names, batch_size=500)
    Attempt.objects.bulk_create(begun)
    append(target_event(row, now) for row in rows)


def _follow_one(row: CampaignTarget, step: StrategyStep, look: Look, now: datetime, begun: list[Attempt]) -> bool:
    """Whether anything shows that is new. Times are brought to our clock. `begun` gets an attempt where work begins."""
    if (row.step_state, row.step_details) == (step.state, step.details[:1000]):
        return False
    row.step_state, row.step_details = step.state[:64], step.details[:1000]
    ahead = timedelta(seconds=look.skew)
    row.step_started_at = step.started_at and step.started_at - ahead
    row.step_finished_at = step.finished_at and step.finished_at - ahead
    target = row.target
    if target.state == TargetState.WAITING and step.state not in WAITING:
        begun.append(_start(target, row.step_started_at or now))
    percent = PERCENT.search(step.details)
    target.percent = min(int(percent[1]), 100) if percent else None
    target.percent_at = look.at if percent else None
    target.message = f"{step.state}: {step.details}"[:500] if step.details else step.state[:500]
    target.seen_at = look.at
    return True


def _start(target: Target, at: datetime) -> Attempt:
    """To be saved with the target."""
    target.state, target.attempt, target.started_at = TargetState.RUNNING, target.attempt + 1, at
    return Attempt(target=target, number=target.attempt, verb="strategy", requester_name="campaign", began_at=at)


def check(book: Book, sites: Iterable[int], memory: Memory, now: datetime, *, late: bool) -> None:
    """Looks at sites after the work, by what the collector has read since; and asks it to look."""
    for part in by_parts(list(sites)):
        _check(book, part, memory, now, late=late)


def _check(book: Book, part: Sequence[int], memory: Memory, now: datetime, *, late: bool) -> None:
    facts = facts_now(book, part, now)
    unwell: list[int] = []
    kept = CampaignTarget.objects.in_bulk([book.sites[pk].row.pk for pk in part])
    for pk in part:
        known, site = book.sites[pk], facts.get(pk)
        row = kept[known.row.pk]
        if site is None or memory.ended_at is None:
            told = After(Health.BAD, ("It is not there any more.",))
        else:
            ended = (row.step_finished_at or memory.ended_at) + WHOLE_SECONDS
            told = _checked(row, facts_before(known.name, row), site.facts, book.rules.spec, ended, late=late)
            was_there, prestaged = row.before.get("there", False), row.before.get("prestaged", "")
            told = replace(told, as_before=is_as_before(was_there, prestaged, site.facts, book.rules.spec))
        row.after, row.new_alarms = stored(told), keys_told(told.new_alarms)
        if told.health is Health.WAITS:
            unwell.append(pk)
    follow_clouds(unwell, now, pace().look)
    CampaignTarget.objects.bulk_update(kept.values(), ["after", "new_alarms"])


def _checked(
    row: CampaignTarget, before: SiteFacts, after: SiteFacts, spec: StrategySpec, ended: datetime, *, late: bool
) -> After:
    """What is not well once it had its time to settle is bad: time in which it could be read."""
    earlier = read(After, row.after, "after") if row.after else None
    told = noted(check_after(before, after, spec, ended, late=False), earlier, after.statuses_at, ended)
    if not late or told.health is not Health.WAITS or not is_late(told, pace().settle):
        return told
    return noted(check_after(before, after, spec, ended, late=True), earlier, after.statuses_at, ended)


def finish(book: Book, batch: Batch, ends: Sequence[SiteEnd], now: datetime) -> None:
    """Each site has its end; what took as long as it should is learned from. Who was held may come again."""
    rows = []
    again = "" if any(wave.mop_up for wave in book.waves) else AWAITS
    for each in ends:
        row = book.sites[each.site].row
        target = row.target
        before = told(target)
        target.state, target.ended_at = ENDS[each.end], now
        target.error, target.cause = each.error[:2048], "" if each.end == End.DONE else each.end.value
        target.message, target.stuck = again if each.end is End.HELD else "", False
        if told(target) != before:
            rows.append(target)
    _close(book, ends, now)
    Target.objects.bulk_update(rows, ["state", "ended_at", "error", "cause", "message", "stuck"], batch_size=500)
    append(target_event(row, now) for row in rows)


def _close(book: Book, ends: Sequence[SiteEnd], now: datetime) -> None:
    """Their attempts end, and how long each took is kept. Three statements however many they are."""
    sites = {book.sites[each.site].row.pk: (each, book.sites[each.site].row) for each in ends}
    attempts = list(Attempt.objects.filter(target__in=sites, number=F("target__attempt")))
    spans = []
    for attempt in attempts:
        end, row = sites[attempt.target_id]
        attempt.ended_at, attempt.outcome, attempt.error = now, row.target.state, end.error[:2048]
        if row.step_started_at and row.step_finished_at:
            spans.append(PhaseSpan(
                attempt=attempt, phase=phase_of(book.rules.spec.kind), profile=row.target.profile,
                began_at=row.step_started_at, ended_at=row.step_finished_at, completed=end.end == End.DONE,
            ))  # fmt: skip
    Attempt.objects.bulk_update(attempts, ["ended_at", "outcome", "error"], batch_size=500)
    PhaseSpan.objects.bulk_create(spans)
