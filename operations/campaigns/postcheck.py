"""Whether a site is well after the work: the version it should have, and nothing worse than before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from operations.campaigns.baseline import new_alarms
from operations.campaigns.facts import AlarmKey, SiteFacts
from operations.campaigns.kubernetes_gates import active, spelt
from operations.campaigns.open_deployments import is_settled, opened
from operations.campaigns.release_gates import LIVE
from operations.campaigns.strategy import ENDPOINTS, Kind, StrategySpec
from operations.planning.problems import listed

RANKS, WORST = {"ok": 0, "warn": 1, "error": 2}, 2


class Health(StrEnum):
    """WAITS: facts from after the work are not there yet, or may still change for the better."""

    GOOD = "good"
    WAITS = "waits"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class After:
    """`sentences` say what is wrong, or is waited for. `new_alarms` are told apart: they count by themselves.

    `worse`: something is worse than before, not only as it was; so the work must have begun. `alarms`: all that stood
    then, for the report; None where they were not read since the work. `unread`: nobody has looked at all of it since.
    `read_since`, `read_at`: of settling.py. `as_before`: what was asked for was there before already, so that it is
    there now does not prove that anything was done.
    """

    health: Health
    sentences: tuple[str, ...] = ()
    new_alarms: tuple[AlarmKey, ...] = ()
    worse: bool = False
    alarms: tuple[AlarmKey, ...] | None = None
    read_since: datetime | None = None
    read_at: datetime | None = None
    unread: bool = False
    as_before: bool = False


def is_there(site: SiteFacts, spec: StrategySpec) -> bool:
    """Whether what is asked for shows, though nothing be done: in-sync before its root CA is renewed, prestaged with
    another release."""
    return not any(_not_there(site, spec))


def is_as_before(was_there: bool, prestaged: str, after: SiteFacts, spec: StrategySpec) -> bool:
    """`was_there`: is_there when the batch began; `prestaged`: the releases that were prestaged then."""
    if spec.prestages and not spec.deploys:
        return was_there and after.prestage_versions == prestaged
    return was_there


def check_after(before: SiteFacts, after: SiteFacts, spec: StrategySpec, ended_at: datetime, *, late: bool) -> After:
    """`before`: what was remembered when the batch began. `ended_at`: when its step ended upstream.

    Facts older than that prove nothing. `late`: the time to settle is over, so what is still waited for is bad. A new
    alarm does not settle: it is bad at once.
    """
    unread = tuple(_unread(before, after, ended_at))
    waits = unread + tuple(_waits(after, spec, ended_at))
    read = after.alarms is not None and _is_since(after.alarms_at, ended_at)
    stood = tuple(alarm.key for alarm in after.alarms or ()) if read else None
    fresh = new_alarms(before.alarms or (), after.alarms or (), spec.kind) if read and before.alarms is not None else ()
    worse = tuple(_worse(before, after, ended_at))
    if fresh or (late and (waits or worse)):
        told = (f"New alarms: {listed(fresh, 8)}.",) if fresh else ()
        return After(Health.BAD, (*told, *worse, *(waits if late else ())), fresh, bool(fresh or worse), stood)
    if waits or worse:
        return After(Health.WAITS, (*waits, *worse), alarms=stood, unread=bool(unread))
    untold = "Which alarms stood before is not known: new ones cannot be told."
    return After(Health.GOOD, () if before.alarms is not None else (untold,), alarms=stood)


def _is_since(at: datetime | None, ended_at: datetime) -> bool:
    return at is not None and at >= ended_at


def _ceph_seen(after: SiteFacts, ended_at: datetime) -> bool:
    """Where it is not measured, it follows from the alarms that stand."""
    return _is_since(after.ceph_at, ended_at) or (not after.ceph_measured and _is_since(after.alarms_at, ended_at))


def _unread(before: SiteFacts, after: SiteFacts, ended_at: datetime) -> Iterator[str]:
    """What nobody has looked at since; the hosts only where they could be read before."""
    if not _is_since(after.statuses_at, ended_at):
        yield "Its statuses have not been read since."
    if not _is_since(after.alarms_at, ended_at):
        yield "Its alarms have not been read since."
    if before.hosts_unfit is not None and not _is_since(after.hosts_at, ended_at):
        yield "Its hosts have not been read since."
    if before.ceph in RANKS and not _ceph_seen(after, ended_at):
        yield "Its Ceph has not been read since."


def _waits(after: SiteFacts, spec: StrategySpec, ended_at: datetime) -> Iterator[str]:
    """What must be seen before the site can be called good."""
    if not _is_since(after.statuses_at, ended_at):
        return
    if after.availability_status != "online":
        yield f"It is {after.availability_status or 'not known to be online'}."
    yield from _not_there(after, spec)


def _not_there(after: SiteFacts, spec: StrategySpec) -> Iterator[str]:
    """Whether what was asked for is there. A rollback leaves its endpoint out-of-sync, and so does a
    deployment that stays open: that is as it should be."""
    if spec.prestages and not spec.deploys:
        if after.prestage_status != "complete":
            yield f"Its prestage status is {after.prestage_status or 'none'}."
        return
    if spec.rollback or spec.cleanup:
        if after.releases is None:
            yield "Its releases have not been read since."
        elif opened(after.releases):
            yield "A deployment is still open there."
        return
    if spec.deploys and after.releases is not None and after.releases.get(spec.release_id) in LIVE:
        return
    if is_settled(spec, after.releases, after.deploy_status):
        return
    runs = active(after.kubernetes or {})
    if spec.kind is Kind.KUBERNETES and spec.to_version and runs == spelt(spec.to_version):
        return  # its System Controller may be further already
    sync = after.endpoint_sync.get(ENDPOINTS[spec.kind], "unknown")
    if sync != "in-sync":
        yield f"Its {ENDPOINTS[spec.kind]} sync status is {sync}."


def _worse(before: SiteFacts, after: SiteFacts, ended_at: datetime) -> Iterator[str]:
    """What was well before and is not now; hosts and Ceph take a while after a reboot."""
    if _is_since(after.statuses_at, ended_at) and after.deploy_status not in ("complete", before.deploy_status):
        yield f"Its deploy status was {before.deploy_status} and is {after.deploy_status}."
    fresh = [host for host in after.hosts_unfit or () if host not in (before.hosts_unfit or ())]
    if fresh and _is_since(after.hosts_at, ended_at):
        yield f"Not unlocked, enabled and available: {listed(fresh, 8)}."
    was, now = RANKS.get(before.ceph, WORST), RANKS.get(after.ceph, 0 if after.ceph == "none" else WORST)
    if now > was and _ceph_seen(after, ended_at):
        yield f"Its Ceph was {before.ceph} and is {after.ceph}: {after.ceph_reason or 'no reason is told'}."
