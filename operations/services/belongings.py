"""Asking for changes to what a System Controller keeps beside subclouds: groups, and strategy options.

They are operations like any other: an intent before each request, the brake, and the audit.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from events.kinds import Kind as EventKind
from events.log import NewEvent, append
from operations.choices import Kind, OperationState, TargetState
from operations.kinds import KINDS
from operations.models import Job, Operation, Target
from operations.planning.group_rules import DEFAULT_ID, group_problems
from operations.services.hashing import plan_hash
from operations.services.requests import RefusedError
from operations.services.start import begin
from sites.models import Cloud, Controller, SubcloudGroup
from sites.services.actors import Actor, audit, said

DEFAULT_OPTIONS = "all clouds default"


def create_group(
    controller: Controller, values: Mapping[str, Any], reason: str, user: User, actor: Actor, now: datetime
) -> Operation:
    """`values`: name, description, update_apply_type, max_parallel_subclouds. Raises RefusedError, NotNowError."""
    _refuse(group_problems(values))
    if _standing(controller).filter(name=values["name"]).exists():
        raise RefusedError({"name": f"{controller.name} has a group of that name."})
    target = Target(number=1, controller=controller, name=values["name"], facts=dict(values))
    return _asked(Kind.GROUP_CREATE, controller, [target], reason, user, actor, now)


def change_group(
    group: SubcloudGroup, changes: Mapping[str, Any], reason: str, user: User, actor: Actor, now: datetime
) -> Operation:
    """Raises RefusedError, NotNowError."""
    _refuse(group_problems(changes))
    if not changes:
        raise RefusedError({"name": "Say what to change."})
    name = changes.get("name", group.name)
    if name != group.name:
        if group.dcmanager_id == DEFAULT_ID:
            raise RefusedError({"name": "The name of the group Default is fixed."})
        if _standing(group.controller).filter(name=name).exists():
            raise RefusedError({"name": f"{group.controller.name} has a group of that name."})
    target = _of_group(group, dict(changes))
    return _asked(Kind.GROUP_UPDATE, group.controller, [target], reason, user, actor, now)


def delete_group(group: SubcloudGroup, reason: str, user: User, actor: Actor, now: datetime) -> Operation:
    """Only one that no subcloud belongs to, those too that a campaign has taken on their way. Raises RefusedError,
    NotNowError."""
    if group.dcmanager_id == DEFAULT_ID:
        raise RefusedError({"group": "The group Default is always there."})
    members = Cloud.objects.filter(group=group, removed_at=None).count()
    if members:
        raise RefusedError({"group": f"{members} subclouds belong to it: move them to another group first."})
    return _asked(Kind.GROUP_DELETE, group.controller, [_of_group(group, {})], reason, user, actor, now)


def set_options(
    controller: Controller, clouds: Sequence[Cloud], values: Mapping[str, Any] | None, reason: str, user: User,
    actor: Actor, now: datetime,
) -> Operation:  # fmt: skip
    """For these subclouds of the controller; () is its default for all others. `values` None: back to the default.

    Raises RefusedError, NotNowError.
    """
    facts = dict(values or {})
    targets = [
        Target(
            number=number, cloud=cloud, controller=controller, group_id=cloud.group_id, region=cloud.region,
            name=cloud.name, dcmanager_id=cloud.dcmanager_id, region_name=cloud.region_name,
            facts=facts | {"subcloud": True},
        )
        for number, cloud in enumerate(clouds, 1)
    ]  # fmt: skip
    targets = targets or [Target(number=1, controller=controller, name=DEFAULT_OPTIONS, facts=facts)]
    kind = Kind.OPTIONS_DELETE if values is None else Kind.OPTIONS_SET
    return _asked(kind, controller, targets, reason, user, actor, now)


def _of_group(group: SubcloudGroup, changes: dict[str, Any]) -> Target:
    facts = changes | {"group_id": group.dcmanager_id, "was": group.name}
    return Target(number=1, controller=group.controller, group=group, name=group.name, facts=facts)


def _standing(controller: Controller) -> Any:
    return SubcloudGroup.objects.filter(controller=controller, removed_at=None)


def _refuse(problems: dict[str, str]) -> None:
    if problems:
        raise RefusedError(problems)


def _asked(
    kind: Kind, controller: Controller, targets: list[Target], reason: str, user: User, actor: Actor, now: datetime
) -> Operation:
    """Makes the operation and starts it."""
    if not controller.write_username:
        raise RefusedError({"controller": f"{controller.name} is read-only from here: it has no write user."})
    spec = KINDS[kind]
    what = targets[0].name if len(targets) == 1 else f"{len(targets)} subclouds"
    with transaction.atomic():
        operation = Operation.objects.create(
            kind=kind, title=f"{spec.kind.label}: {what}"[:200], reason=said(reason, 500), state=OperationState.PLANNED,
            controller=controller, options=_told(targets[0].facts), requester=user, requester_name=actor.name,
            source=actor.source[:60], created_at=now,
        )  # fmt: skip
        for target in targets:
            target.operation, target.steps, target.state = operation, list(spec.steps), TargetState.READY
        Target.objects.bulk_create(targets, batch_size=1000)
        operation.plan_hash = plan_hash(operation, targets)
        operation.save(update_fields=["plan_hash"])
        Job.objects.create(operation=operation, next_at=None)
        detail = {"kind": kind, "facts": targets[0].facts, "names": [target.name for target in targets]}
        audit(actor, "operation.request", f"operation:{operation.pk}", now, detail | {"reason": reason})
        added = {"kind": operation.kind, "title": operation.title}
        append([NewEvent(EventKind.OPERATION_ADDED, f"operation:{operation.pk}", now, added, controller.pk)])
        begin(operation, actor, now)
    return operation


def _told(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if name not in ("group_id", "was", "subcloud")}
