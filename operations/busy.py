"""Which operation works on a subcloud now. A site that is being made is no Cloud until the collector has read it and a
look of its operation has joined the two: until then it is known by its System Controller, name and dcmanager's id."""

from collections.abc import Iterable, Sequence

from django.db.models import Q, QuerySet

from operations.choices import ACTIVE_TARGETS, Kind, OperationState
from operations.models import Operation, Target
from operations.planning.problems import listed
from sites.models import Cloud

MOST_NAMED = 5
Key = tuple[int | None, str | int]  # of a System Controller: a name, or dcmanager's id


def busy(targets: Sequence[Target]) -> dict[object, int]:
    """{who(target): operation that works on it}, those given left out. One query for each sort of targets."""
    active = _active().exclude(pk__in=[target.pk for target in targets])
    clouds = [target for target in targets if target.cloud_id]
    new = [target for target in targets if target.cloud_id is None]
    found: dict[object, int] = {}
    if clouds:
        being_made = _keyed(active.filter(cloud=None, operation__kind=Kind.DEPLOY), clouds)
        found |= {who(target): being_made[key] for target in clouds for key in _keys(target) if key in being_made}
        held = active.filter(cloud__in=[target.cloud_id for target in clouds])
        found |= dict(held.values_list("cloud_id", "operation_id"))
    if new:
        sites = _keyed(active.exclude(cloud=None), [target for target in new if _is_site(target)])
        found |= {who(target): sites[key] for target in new for key in _keys(target) if key in sites}
        same = active.filter(cloud=None, name__in=[target.name for target in new])
        found |= {(each, name): pk for each, name, pk in same.values_list("controller_id", "name", "operation_id")}
    return found


def busy_clouds(clouds: Iterable[Cloud]) -> dict[int, int]:
    """{cloud: operation that works on it}. Two queries."""
    stand_ins = [
        Target(cloud=cloud, controller_id=cloud.controller_id, name=cloud.name, dcmanager_id=cloud.dcmanager_id)
        for cloud in clouds
    ]
    found = busy(stand_ins)
    return {cloud.pk: found[cloud.pk] for cloud in clouds if cloud.pk in found}


def who(target: Target) -> object:
    """What only one operation may work on: a cloud, or the (controller, name) of a site to be."""
    return target.cloud_id or (target.controller_id, target.name)


def works_on(cloud_id: int) -> Q:
    """Of targets: what works on that cloud, also a deployment that has not been joined with it yet."""
    cloud = Cloud.objects.filter(pk=cloud_id)
    making = Q(cloud=None, operation__kind=Kind.DEPLOY, controller__in=cloud.values("controller"))
    same = Q(dcmanager_id__in=cloud.values("dcmanager_id")) | Q(name__in=cloud.values("name"))
    return Q(state__in=ACTIVE_TARGETS) & (Q(cloud=cloud_id) | (making & same))


def _active() -> QuerySet[Target]:
    return Target.objects.filter(state__in=ACTIVE_TARGETS)


def _is_site(target: Target) -> bool:
    """Groups and options have targets too, and names of their own."""
    return target.operation.kind == Kind.DEPLOY


def _keys(target: Target) -> list[Key]:
    """By what it is the same site."""
    keys: list[Key] = [(target.controller_id, target.name)]
    return keys if target.dcmanager_id is None else [*keys, (target.controller_id, target.dcmanager_id)]


def _keyed(rows: QuerySet[Target], like: Sequence[Target]) -> dict[Key, int]:
    """{key: operation} of those of `rows` that may be the same site as one of `like`."""
    if not like:
        return {}
    same = Q(name__in=[each.name for each in like])
    same |= Q(dcmanager_id__in=[each.dcmanager_id for each in like if each.dcmanager_id is not None])
    found: dict[Key, int] = {}
    mine = rows.filter(same, controller__in={each.controller_id for each in like})
    for row in mine.only("controller_id", "name", "dcmanager_id", "operation_id"):
        found |= dict.fromkeys(_keys(row), row.operation_id)
    return found


def under_way_at(controller_id: int) -> str:
    """What is being done at that System Controller, as a sentence; "" where nothing is. One query."""
    there = Q(controller=controller_id) | Q(targets__controller=controller_id) | Q(jobs__controller=controller_id)
    rows = Operation.objects.filter(there, state=OperationState.PROCESSING).distinct().order_by("pk")
    told = [f"{pk} ({title})" for pk, title in rows.values_list("pk", "title")[: MOST_NAMED + 1]]
    return f"Wait until these operations there are over, or end them: {listed(told, MOST_NAMED)}." if told else ""
