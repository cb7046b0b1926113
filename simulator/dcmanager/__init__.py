"""dcmanager v1.0 of every System Controller: subclouds, groups, alarm summary, strategies, options, peers.

Ground truth: wire/dcmanager and starlingx-dcmanager.md section 2.
"""

from __future__ import annotations

from aiohttp import web

from simulator.dcmanager.adding import Adding
from simulator.dcmanager.alarm_summary import AlarmSummary
from simulator.dcmanager.backing_up import BackingUp
from simulator.dcmanager.central_alarms import CentralAlarms
from simulator.dcmanager.deploy_files import DeployFiles
from simulator.dcmanager.groups import Groups
from simulator.dcmanager.office import Office
from simulator.dcmanager.options import Options
from simulator.dcmanager.orchestration.engine import Orchestrator
from simulator.dcmanager.peers import Peers
from simulator.dcmanager.phased import Phased
from simulator.dcmanager.prestaging import Prestaging
from simulator.dcmanager.redeploying import Redeploying
from simulator.dcmanager.refusals import Crashed, Refused, crash, render
from simulator.dcmanager.register import Register
from simulator.dcmanager.strategies import Strategies
from simulator.dcmanager.subclouds import Subclouds
from simulator.dcmanager.updating import Updating
from simulator.routing import Call, Handler, Routes, Service, answer


def service(office: Office, orchestrator: Orchestrator, options: Options) -> Service:
    routes, register = Routes(), office.register
    routes.get("/", versions, public=True)
    for add_of_office in (add_subclouds, add_deployments, add_deploy_files, add_backups):
        add_of_office(routes, office)
    for add in (add_groups, add_peers):
        add(routes, register)
    add_strategies(routes, Strategies(office, orchestrator), options)
    routes.get("/v1.0/alarms", guarded(AlarmSummary(register).list))
    routes.add("POST", "/v1.0/notifications", guarded(notifications))
    register.world.alarm_sources.append(CentralAlarms(register))
    return Service(
        "dcmanager",
        routes,
        lives_on="central",
        unauthorized=unauthorized,
        not_found=lambda call: render(call, Refused(404)),
        method_not_allowed=lambda call: render(call, Refused(405)),
    )


def add_subclouds(routes: Routes, office: Office) -> None:
    subclouds, base = Subclouds(office), "/v1.0/subclouds"
    routes.get(base, guarded(subclouds.list))
    routes.get(base + "/{ref}", guarded(subclouds.show))
    routes.get(base + "/{ref}/detail", guarded(subclouds.detail))
    for method, pattern, handler in (
        ("POST", "", Adding(office).add),
        ("PATCH", "/{ref}", Updating(office).update),
        ("DELETE", "/{ref}", subclouds.delete),
        ("PATCH", "/{ref}/redeploy", Redeploying(office).redeploy),
        ("PATCH", "/{ref}/update_status", subclouds.update_status),
        ("PATCH", "/{ref}/prestage", Prestaging(office).prestage),
    ):
        routes.add(method, base + pattern, office.locks.around("subclouds", guarded(handler)))
    for verb in ("restore", "reinstall", "reconfigure"):
        routes.add("PATCH", f"{base}/{{ref}}/{verb}", guarded(subclouds.gone))


def add_deployments(routes: Routes, office: Office) -> None:
    phased, base = Phased(office), "/v1.0/phased-subcloud-deploy"
    for method, pattern, handler in (("POST", "", phased.create), ("PATCH", "/{ref}/{verb}", phased.change)):
        routes.add(method, base + pattern, office.locks.around("phased", guarded(handler)))


def add_deploy_files(routes: Routes, office: Office) -> None:
    files, base = DeployFiles(office), "/v1.0/subcloud-deploy"
    for pattern in (base, base + "/{release}"):
        routes.get(pattern, guarded(files.show))
        routes.add("DELETE", pattern, office.locks.around("deploy files", guarded(files.delete)))
    routes.add("POST", base, office.locks.around("deploy files", guarded(files.upload)))


def add_backups(routes: Routes, office: Office) -> None:
    backups, base = BackingUp(office), "/v1.0/subcloud-backup"
    for method, pattern, handler in (
        ("POST", "", backups.create),
        ("PATCH", "/{verb}", backups.change),
        ("PATCH", "/{verb}/{release}", backups.change),
    ):
        routes.add(method, base + pattern, office.locks.around("backups", guarded(handler)))


def add_groups(routes: Routes, register: Register) -> None:
    groups, base = Groups(register), "/v1.0/subcloud-groups"
    routes.get(base, guarded(groups.list))
    routes.add("POST", base, guarded(groups.create))
    routes.get(base + "/{ref}", guarded(groups.show))
    routes.get(base + "/{ref}/subclouds", guarded(groups.members))
    routes.add("PATCH", base + "/{ref}", guarded(groups.update))
    routes.add("DELETE", base + "/{ref}", guarded(groups.delete))


def add_strategies(routes: Routes, strategies: Strategies, options: Options) -> None:
    base = "/v1.0/sw-update-strategy"
    routes.get(base, guarded(strategies.show))
    routes.get(base + "/steps", guarded(strategies.steps))
    routes.get(base + "/steps/{cloud}", guarded(strategies.step))
    routes.add("POST", base, guarded(strategies.create))
    routes.add("DELETE", base, guarded(strategies.delete))
    routes.add("POST", base + "/actions", guarded(strategies.act))
    base = "/v1.0/sw-update-options"
    routes.get(base, guarded(options.list))
    routes.get(base + "/{ref}", guarded(options.show))
    routes.add("POST", base + "/{ref}", guarded(options.set))
    routes.add("DELETE", base + "/{ref}", guarded(options.delete))


def add_peers(routes: Routes, register: Register) -> None:
    peers = Peers(register)
    for pattern, handler in (
        ("system-peers", peers.peers),
        ("system-peers/{ref}", peers.peer),
        ("system-peers/{ref}/subcloud-peer-groups", peers.peer_groups_of),
        ("subcloud-peer-groups", peers.groups),
        ("subcloud-peer-groups/{ref}", peers.group),
        ("subcloud-peer-groups/{ref}/subclouds", peers.group_members),
        ("subcloud-peer-groups/{ref}/status", peers.group_status),
        ("peer-group-associations", peers.associations),
        ("peer-group-associations/{ref}", peers.association),
    ):
        routes.get(f"/v1.0/{pattern}", guarded(handler))
    routes.add("PATCH", "/v1.0/peer-group-associations/{ref}/sync", guarded(peers.sync))


def guarded(handler: Handler) -> Handler:
    """Turns refusals into dcmanager's error bodies."""

    async def call_handler(call: Call) -> web.StreamResponse:
        try:
            return await handler(call)
        except Refused as refusal:
            return render(call, refusal)
        except Crashed:
            return crash()

    return call_handler


def unauthorized(call: Call) -> web.Response:
    """dcmanager repeats a bad token in its answer, which is why clients must redact it."""
    text = call.request.headers.get("X-Auth-Token")
    return render(call, Refused(401, f"Invalid token: {text}" if text else "Authentication required"))


async def versions(call: Call) -> web.Response:
    return answer(
        {
            "versions": [
                {
                    "status": "CURRENT",
                    "links": [{"rel": "self", "href": f"{call.base_url}/v1.0/"}],
                    "id": "v1.0",
                    "updated": "2017-10-2",
                }
            ]
        }
    )


async def notifications(call: Call) -> web.Response:
    """Hooks of the controller's own services; any valid token may call."""
    return answer(None)
