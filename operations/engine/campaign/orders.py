"""From an action to the requests that carry it out; each is an intent of its own."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date

from operations.campaigns import actions as a
from operations.campaigns.batch import Verb
from operations.campaigns.strategy import Kind, StrategySpec
from operations.campaigns.turn import APPLY_TYPE, described_as
from starlingx.dcmanager_writes import DcManagerWrites, NewStrategy
from starlingx.secret import Secret

Send = Callable[[DcManagerWrites], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Order:
    """`subject`: dcmanager's id of the site that is moved; `meant`: the group or strategy that it is about."""

    verb: Verb
    send: Send
    subject: int | None = None
    meant: int | None = None


def orders(action: a.Action, spec: StrategySpec, password: Secret | None) -> list[Order]:
    """Empty for an action that sends nothing."""
    match action:
        case a.CreateGroup(name, parallel):
            return [Order(Verb.CREATE_GROUP, _create_group(name, parallel))]
        case a.Move(members, group):
            return [_mover(Verb.MOVE, member.dcmanager_id, group) for member in members]
        case a.Restore(moves):
            return [_mover(Verb.RESTORE, member.dcmanager_id, home) for member, home in moves]
        case a.CreateStrategy():
            new = new_strategy(action, spec, password)
            return [Order(Verb.CREATE, lambda dcmanager: dcmanager.create_strategy(new))]
        case a.DeleteGroup(group):
            return [Order(Verb.DELETE_GROUP, lambda dcmanager: dcmanager.delete_group(group), meant=group)]
        case a.Apply(number):
            return [Order(Verb.APPLY, lambda dcmanager: dcmanager.apply_strategy(spec.kind), meant=number)]
        case a.Abort(number):
            return [Order(Verb.ABORT, lambda dcmanager: dcmanager.abort_strategy(spec.kind), meant=number)]
        case a.DeleteStrategy(number):
            return [Order(Verb.DELETE, lambda dcmanager: dcmanager.delete_strategy(spec.kind), meant=number)]
    return []


def new_strategy(action: a.CreateStrategy, spec: StrategySpec, password: Secret | None) -> NewStrategy:
    """Over the group, whose type and parallelism dcmanager takes; or over the one site, which brings its own."""
    alone = action.group_id is None
    return NewStrategy(
        type=spec.kind.value,
        cloud_name=action.cloud_name,
        group_id=action.group_id,
        apply_type=APPLY_TYPE if alone else "",
        max_parallel=action.max_parallel if alone else None,
        force=spec.force,
        release_id=spec.release_id,
        snapshot=spec.snapshot,
        rollback=spec.rollback,
        delete=spec.delete,
        cleanup=spec.cleanup,
        kube_upgrade=spec.kube_upgrade,
        with_prestage=spec.with_prestage,
        sysadmin_password=password if spec.prestages else None,
        to_version=spec.to_version,
        subject=spec.subject,
        expiry_date=date.fromisoformat(spec.expiry_date) if spec.expiry_date else None,
        release=spec.release,
        for_install=spec.for_install,
        for_sw_deploy=spec.kind is Kind.PRESTAGE and not spec.for_install,
    )


def _create_group(name: str, parallel: int) -> Send:
    return lambda dcmanager: dcmanager.create_group(
        name, description=described_as(name), update_apply_type=APPLY_TYPE, max_parallel_subclouds=parallel
    )


def _mover(verb: Verb, subcloud: int, group: int) -> Order:
    return Order(verb, lambda dcmanager: dcmanager.describe_subcloud(subcloud, group_id=group), subcloud, group)
