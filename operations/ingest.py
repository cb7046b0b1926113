"""What the fleet tells about orchestration: the strategy of a subcloud's own VIM, while somebody looks at it; and the
options that dcmanager gives to VIMs."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from events.kinds import Kind
from events.log import append
from operations.models import StrategyOptions, VimStrategySeen
from sites.choices import CloudKind, Facet
from sites.freshness import latest_possible
from sites.ingest.facets import Look, admit
from sites.models import Cloud, Controller
from sites.places import cloud_event, places
from starlingx.records import SwUpdateOptions, VimStrategy, VimStrategyDetail

SOURCE = "VIM"
MOST_STAGES = 100


@dataclass(frozen=True, slots=True)
class VimSnapshot:
    """One look at a VIM. `strategy` None: there is none; `detail` None: of a kind that is not known here."""

    cloud_id: int
    requested_at: datetime
    strategy: VimStrategy | None
    detail: VimStrategyDetail | None = None


def record_vim(snapshots: Sequence[VimSnapshot], *, lease_token: int, now: datetime) -> None:
    """Stores them in one transaction, with an event for each cloud whose strategy changed."""
    with transaction.atomic():
        looks = [Look(each.cloud_id, each.requested_at) for each in snapshots]
        admitted = admit(Facet.VIM, looks, source=SOURCE, lease_token=lease_token, now=now).clouds
        latest = {each.cloud_id: each for each in snapshots if each.cloud_id in admitted}
        stored = {row.cloud_id: row for row in VimStrategySeen.objects.filter(cloud__in=latest)}
        rows = {pk: _row(each) for pk, each in latest.items() if each.strategy is not None}
        gone = [pk for pk in stored if pk not in rows]
        changed = [row for pk, row in rows.items() if pk not in stored or _facts(row) != _facts(stored[pk])]
        VimStrategySeen.objects.filter(cloud__in=gone).delete()
        VimStrategySeen.objects.bulk_create(
            changed, update_conflicts=True, unique_fields=["cloud"], update_fields=list(FIELDS)
        )
        _tell([*gone, *(row.cloud_id for row in changed)], rows, now)


def record_options(
    controller_id: int, rows: Sequence[SwUpdateOptions], *, requested_at: datetime, now: datetime
) -> None:
    """The complete list of a System Controller. One requested before the newest stored one is dropped, unless that
    lies in the future: see sites/ingest/facets.py."""
    with transaction.atomic():
        Controller.objects.select_for_update().get(pk=controller_id)
        stored = StrategyOptions.objects.filter(controller=controller_id)
        if stored.filter(observed_at__gt=requested_at, observed_at__lte=latest_possible(now)).exists():
            return
        standing = Cloud.objects.filter(controller=controller_id, kind=CloudKind.SUBCLOUD, removed_at=None)
        clouds = dict(standing.values_list("dcmanager_id", "pk"))
        stored.delete()  # there are few
        StrategyOptions.objects.bulk_create(
            StrategyOptions(
                controller_id=controller_id, cloud_id=clouds.get(row.subcloud_id), observed_at=requested_at,
                storage_apply_type=row.storage_apply_type[:32], worker_apply_type=row.worker_apply_type[:32],
                max_parallel_workers=row.max_parallel_workers,
                alarm_restriction_type=row.alarm_restriction_type[:32],
                default_instance_action=row.default_instance_action[:32],
            )
            for row in rows
            if row.subcloud_id is None or row.subcloud_id in clouds
        )  # fmt: skip


FIELDS = ("uuid", "name", "state", "phase", "percent", "reason", "stages")


def _facts(row: VimStrategySeen) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in FIELDS)


def _row(snapshot: VimSnapshot) -> VimStrategySeen:
    strategy, detail = snapshot.strategy, snapshot.detail
    if strategy is None:
        raise ValueError("there is no strategy to store")
    row = VimStrategySeen(cloud_id=snapshot.cloud_id, uuid="", name=strategy.name[:64], state=strategy.state[:64])
    if detail is not None:
        row.uuid, row.state, row.phase = detail.uuid[:64], detail.state[:64], detail.current_phase[:64]
        row.percent = min(detail.percent, 100) if detail.percent is not None else None
        row.reason = detail.apply.reason or detail.build.reason or detail.abort.reason
        row.stages = list(_stages(detail))[:MOST_STAGES]
    return row


def _stages(detail: VimStrategyDetail) -> Iterable[dict[str, Any]]:
    """Of the phases that have any, as JSON: times as texts."""
    for phase in (detail.build, detail.apply, detail.abort):
        for stage in phase.stages:
            told = asdict(stage) | {"phase": phase.name, "steps": [asdict(step) for step in stage.steps]}
            yield _plain(told)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, (list, tuple)) else value


def _tell(changed: list[int], rows: dict[int, VimStrategySeen], now: datetime) -> None:
    where = places(changed)
    events = []
    for pk in changed:
        row = rows.get(pk)
        fields = {"state": row.state, "phase": row.phase, "percent": row.percent} if row else {"state": ""}
        if pk in where:
            events.append(cloud_event(where[pk], Kind.VIM_CHANGED, now, {"fields": fields}))
    append(events)
