"""`GET /v1/health` and what is built on it: the cloud looks at itself and answers with a text, as a JSON string.

Not recorded: lines, their order and what stands below a failed one follow config b62963d4103e, common/health.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from aiohttp import web

from simulator.alarms.model import StandingAlarms
from simulator.fleet import Cloud
from simulator.routing import Call
from simulator.sysinv.access import READERS, denied
from simulator.sysinv.conditions import conditions
from simulator.sysinv.hosts import host_state
from simulator.sysinv.platform import apps
from simulator.sysinv.site import Site
from simulator.world import World
from simulator.wsme import ApiError, rendered

ALARMS, CEPH, PATCH_CURRENT = "No alarms", "Ceph Storage Healthy", "All hosts are patch current"
CERTIFICATES = ("500.200", "500.210")
ALARM_ID = re.compile(r"\d{3}\.\d{3}")
VALID_APPS = ("uploaded", "applied", "inactive")


class Check(NamedTuple):
    """`below`: the line that follows a failed one."""

    name: str
    ok: bool
    below: str = ""


async def general(call: Call) -> web.StreamResponse:
    return denied(call, READERS) or _answered(call, kubernetes=False)


async def special(call: Call) -> web.StreamResponse:
    """`/v1/health/kube-upgrade[/relaxed]`. With `upgrade` the real one adds more; nobody here asks for it."""
    refusal = denied(call, READERS)
    if refusal is not None:
        return refusal
    kind = call.params["kind"]
    if kind not in ("kube-upgrade", "upgrade"):
        return ApiError(400, f"Unsupported upgrade type {kind}.").response()
    return _answered(call, kubernetes=True)


def _answered(call: Call, *, kubernetes: bool) -> web.StreamResponse:
    relaxed = bool(call.params.get("relaxed") or call.query.get("relaxed"))
    ignored = frozenset(ALARM_ID.findall(call.query.get("alarm_ignore_list", "")))
    found = checks(call.world, call.cloud, call.world.clock.now(), relaxed=relaxed, ignored=ignored)
    return rendered(text(found if kubernetes else found[:-1]), "json")


def text(found: Iterable[Check]) -> str:
    lines = ["System Health:"]
    for check in found:
        lines.append(f"{check.name}: [{'OK' if check.ok else 'Fail'}]")
        if not check.ok and check.below:
            lines.append(check.below)
    return "".join(f"{line}\n" for line in lines)


def checks(
    world: World, cloud: Cloud, at: float, *, relaxed: bool = False, ignored: frozenset[str] = frozenset()
) -> list[Check]:
    """The last is about applications, which only the query before a Kubernetes upgrade looks at."""
    model = world.alarms
    if not isinstance(model, StandingAlarms):
        return [Check(ALARMS, ok=True), Check("All kubernetes applications are in a valid state", ok=True)]
    site = Site(cloud, "", world.clock.epoch, at, conditions(model, cloud, at))
    alarms = [row for row in world.alarms.standing(cloud, at) if row["alarm_id"] not in ignored]
    states = {host.hostname: host_state(site, host) for host in site.hosts}
    off = [name for name, state in states.items() if state[:2] != ("unlocked", "enabled")]
    silent = sorted(site.conditions.down)
    outdated = sorted(site.conditions.outdated)
    deploying = world.deploying(cloud)
    found = [
        Check("All hosts are provisioned", ok=True),
        Check("All hosts are unlocked/enabled", not off, f"Locked or disabled hosts: {', '.join(off)}"),
        Check("All hosts have vim enabled", not off, f"Vim disabled hosts: {', '.join(off)}"),
        Check("All hosts have current configurations", not outdated,
              f"Hosts with out of date configurations: {', '.join(outdated)}"),
        Check(PATCH_CURRENT, deploying is None,
              "Deployment in progress: {} to {}".format(*(deploying or ("", "")))),
    ]  # fmt: skip
    if cloud.ceph in ("ceph", "ceph-rook"):
        found.append(Check(CEPH, not any(row["alarm_id"].startswith("800.0") for row in alarms)))
    found.append(_alarms(alarms, relaxed=relaxed))
    nodes, pods = "All kubernetes nodes are ready", "All kubernetes control plane pods are ready"
    found.append(Check(nodes, not silent, f"Kubernetes nodes not ready: {', '.join(silent)}"))
    late = [f"kube-apiserver-{name}" for name in silent]
    found.append(Check(pods, not late, f"Kubernetes control plane pods not ready: {', '.join(late)}"))
    bad = [str(app["name"]) for app in apps(site) if app["status"] not in VALID_APPS]
    told = f"Kubernetes applications not in a valid state: {', '.join(bad)}"
    return [*found, Check("All kubernetes applications are in a valid state", not bad, told)]


def _alarms(rows: list[dict[str, Any]], *, relaxed: bool) -> Check:
    certificates = [row for row in rows if row["alarm_id"] in CERTIFICATES]
    others = [row for row in rows if row["alarm_id"] not in CERTIFICATES]
    affecting = [row for row in others if row["mgmt_affecting"] == "True"]
    told = (
        f"[{len(rows)}] alarms found, [{len(affecting)}] of which are management affecting and [{len(certificates)}]"
        ' are certificate expiration alarms. Use "fm alarm-list" for details'
    )
    return Check(ALARMS, not (affecting if relaxed else rows), told)
