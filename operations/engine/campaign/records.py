"""What campaigns remember, between rows and the values of operations/campaigns."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import F, Func, JSONField

from operations.campaigns.batch import BatchView, Controls, Intent, Memory, Outcome, Planned, Verb
from operations.campaigns.facts import AlarmFact, AlarmKey, SiteFacts
from operations.campaigns.plan import canonical
from operations.campaigns.postcheck import After, is_there
from operations.campaigns.reading import UnreadableError, read
from operations.campaigns.strategy import StrategySpec
from operations.choices import BatchState
from operations.engine.campaign.book import Book
from operations.models import ArchivedStep, Batch, BatchIntent, CampaignTarget
from sites.ingest import made_groups
from starlingx.records import StrategyStep

AT_ONCE = 100  # sites whose alarms are held at the same time: FM tells up to 2,000 of each


WELL_OR_NOT = Func(F("after"), template="(%(expressions)s - ARRAY['alarms', 'new_alarms'])", output_field=JSONField())


def label_of(book: Book, batch: Batch) -> str:
    """How the groups of a batch begin."""
    return f"dcportal-{book.operation.pk}-{batch.number}"


def memory_of(batch: Batch) -> Memory:
    """With what people decided since. Raises reading.UnreadableError for what another version wrote."""
    memory = read(Memory, batch.progress, "progress") if batch.progress else Memory()
    if batch.forgiven > memory.forgiven:
        memory = replace(memory, forgiven=batch.forgiven, troubles=0, unmovable=())
    return replace(memory, confirmed=batch.confirmed_id, disowned=batch.disowned_id)


def view_of(book: Book, batch: Batch, memory: Memory, controls: Controls) -> BatchView:
    """Three queries: intents of this attempt, archived steps, how sites are after the work without their alarms. Two
    more until its sites are chosen: which groups are nobody's home, and whose other strategies are."""
    members = book.members[batch.number]
    checked = CampaignTarget.objects.filter(batch=batch).exclude(after={}).values_list("target__cloud_id", WELL_OR_NOT)
    intents = BatchIntent.objects.filter(batch=batch, attempt=memory.attempt).order_by("number")
    return BatchView(
        label=label_of(book, batch),
        spec=book.rules.spec,
        planned=tuple(Planned(pk, book.sites[pk].dcmanager_id, book.sites[pk].region_name) for pk in members),
        memory=memory,
        intents=tuple(_intent(row) for row in intents),
        alone=batch.alone,
        controls=controls,
        last_steps=tuple(read(StrategyStep, step, "step") for step in batch.last_steps),
        archive=tuple(_archived(row) for row in ArchivedStep.objects.filter(batch=batch)),
        after={pk: read(After, told, "after") for pk, told in checked if pk in book.sites},
        passing={} if memory.roster else made_groups(batch.controller_id),
        others={} if memory.roster else _others(batch),
    )


def _others(batch: Batch) -> dict[int, int]:
    """Campaign by strategy, of those that may be in the slot of that System Controller beside this batch's."""
    rows = Batch.objects.filter(controller=batch.controller_id, strategy_id__isnull=False).exclude(pk=batch.pk)
    rows = rows.filter(state__in=(BatchState.RUNNING, BatchState.RESTORING, BatchState.STOPPING, BatchState.HELD))
    found = rows.values_list("strategy_id", "wave__campaign")
    return {strategy: campaign for strategy, campaign in found if strategy is not None}


def stored(value: Any) -> Any:
    """As JSON that `read` takes back."""
    return canonical(value)


def _intent(row: BatchIntent) -> Intent:
    """Raises reading.UnreadableError for a word that another version wrote."""
    try:
        verb, outcome = Verb(row.verb), Outcome(row.outcome)
    except ValueError as problem:
        raise UnreadableError(f"request {row.number}: {problem}") from None
    return Intent(
        row.number, verb, outcome, row.created_at, row.subject, row.meant, row.answered_id,
        row.detail,
    )  # fmt: skip


def _archived(row: ArchivedStep) -> StrategyStep:
    return StrategyStep(
        row.step_id, row.cloud_name, row.stage, row.state, row.details, row.started_at, row.finished_at, None, None
    )


def baseline_of(facts: SiteFacts, spec: StrategySpec) -> dict[str, Any]:
    """Columns of CampaignTarget that say how a site was before it was worked on."""
    alarms = None if facts.alarms is None else [_told(alarm) for alarm in facts.alarms]
    hosts = None if facts.hosts_unfit is None else list(facts.hosts_unfit)
    return {"baseline": alarms, "before": {
        "ceph": facts.ceph, "hosts_unfit": hosts, "software_version": facts.software_version,
        "there": is_there(facts, spec), "prestaged": facts.prestage_versions,
    }}  # fmt: skip


def facts_before(name: str, row: CampaignTarget) -> SiteFacts:
    """As far as it was kept."""
    hosts = row.before.get("hosts_unfit")
    return SiteFacts(
        name=name,
        alarms=None if row.baseline is None else tuple(_alarm(told) for told in row.baseline),
        ceph=row.before.get("ceph", "unknown"),
        hosts_unfit=None if hosts is None else tuple(hosts),
    )


def _told(alarm: AlarmFact) -> dict[str, Any]:
    return {
        "alarm_id": alarm.key.alarm_id, "entity": alarm.key.entity, "severity": alarm.severity,
        "mgmt_affecting": alarm.mgmt_affecting, "service_affecting": alarm.service_affecting,
    }  # fmt: skip


def _alarm(told: dict[str, Any]) -> AlarmFact:
    key = AlarmKey(told["alarm_id"], told["entity"])
    return AlarmFact(key, told["severity"], told["mgmt_affecting"], told["service_affecting"])


def by_parts(sites: Sequence[int]) -> Iterator[Sequence[int]]:
    """AT_ONCE of them at a time."""
    return (sites[at : at + AT_ONCE] for at in range(0, len(sites), AT_ONCE))


def keys_told(keys: Iterable[AlarmKey]) -> list[dict[str, str]]:
    return [{"alarm_id": key.alarm_id, "entity": key.entity} for key in keys]
