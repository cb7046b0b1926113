"""The commands that bring subclouds to life: add, deploy, abort, finish. Each is journalled and replayed.

What is refused is the handlers' business; here is what a command does. Arguments hold no sysadmin password.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from simulator.dcmanager import deploy_states
from simulator.dcmanager.lifecycle import Lane
from simulator.dcmanager.newcomer import Birth, boards, born, moved
from simulator.dcmanager.phases import Planner
from simulator.dcmanager.record import Record
from simulator.dcmanager.register import Register
from simulator.fleet import Cloud, Software


class Deployments:
    def __init__(self, register: Register) -> None:
        self._register = register
        self._world = register.world
        self._last = {
            controller.number: max((cloud.id or 0 for cloud in controller.subclouds), default=0)
            for controller in self._world.fleet.controllers
        }
        for name, apply in (
            ("subcloud.add", self._add),
            ("subcloud.deploy", self._deploy),
            ("subcloud.abort", self._abort),
            ("subcloud.write-status", self._write_status),
            ("subcloud.network", self._network),
        ):
            self._world.command(name, apply)

    # What handlers ask for

    def add(self, controller: int, **arguments: Any) -> Cloud:
        """A new subcloud; its id is never used again."""
        identifier = self._last[controller] + 1
        self._world.do("subcloud.add", controller=controller, id=identifier, **arguments)
        return self._world.clouds[controller, identifier]

    def deploy(self, cloud: Cloud, phases: Iterable[str], **arguments: Any) -> None:
        """Run those phases. `ends_as`: the last status if not the last phase's own; `changes`: columns; `software`:
        what is installed; `network`: a new one; `queued` False: the status changes at once."""
        self._world.do("subcloud.deploy", controller=cloud.controller, id=cloud.id, phases=list(phases), **arguments)

    def abort(self, cloud: Cloud) -> None:
        self._world.do("subcloud.abort", controller=cloud.controller, id=cloud.id)

    def write_status(self, cloud: Cloud, status: str, **changes: Any) -> None:
        """A deploy-status without work behind it, and columns that go with it."""
        self._world.do(
            "subcloud.write-status", controller=cloud.controller, id=cloud.id, status=status, changes=changes
        )

    def reconfigure_network(self, cloud: Cloud, network: Mapping[str, str]) -> None:
        self._world.do("subcloud.network", controller=cloud.controller, id=cloud.id, network=dict(network))

    # What the commands do

    def _add(self, at: float, arguments: Mapping[str, Any]) -> None:
        controller, identifier = arguments["controller"], arguments["id"]
        if (controller, identifier) in self._register.records:
            return  # a larger fleet than the one that was commanded
        self._last[controller] = max(self._last[controller], identifier)
        cloud = self._born(at, arguments)
        columns = arguments["columns"]
        record = Record(
            cloud.name,
            columns["description"],
            columns["location"],
            columns["group"],
            "unmanaged",
            at,
            Lane(arguments["status"], at),
            at,
            at,
            Lane(None, at),
            Lane(None, at),
            error_at=at,
            dark=[(at, None)],
            watched=[(at, deploy_states.watch(arguments["status"]))],
            begins_online=False,
            install_values=arguments["install"],
            bootstrap_values=arguments["bootstrap"],
            bootstrap_address=arguments["bootstrap_address"],
            deploy_config=arguments["deploy_config"],
            initial_deployment=True,
            enrolled=arguments["enrolled"],
            struck=self._register.former_strikes.pop((controller, cloud.name), {}),
        )
        self._register.records[cloud.key] = record
        self._world.add(cloud, cloud.name)
        if arguments["phases"]:
            planner = Planner(self._register.clock, cloud, 0)
            run = planner.run(at, arguments["phases"], ends_as=arguments.get("ends_as"), queued=not arguments["waits"])
            self._register.start(cloud, "deploy", replace(run, last_words=arguments["last_words"]))

    def _born(self, at: float, arguments: Mapping[str, Any]) -> Cloud:
        birth = Birth(
            self._world.fleet.seed,
            arguments["controller"],
            arguments["id"],
            self._register.clock.epoch - at,
            Software(*arguments["software"]),
            arguments["bootstrap"],
            arguments["install"],
            arguments["network"],
        )
        cloud = born(birth)
        original = self._world.clouds.get(tuple(arguments["original"])) if arguments.get("original") else None
        if original is None:
            return cloud
        return replace(  # the same site under another System Controller
            cloud,
            seed=original.seed,
            region_name=original.region_name,
            city=original.city,
            latitude=original.latitude,
            longitude=original.longitude,
            timezone=original.timezone,
            ceph=original.ceph,
            software=original.software,
        )

    def _deploy(self, at: float, arguments: Mapping[str, Any]) -> None:
        found = self._found(arguments)
        if found is None:
            return
        cloud, record = found
        planner = Planner(self._register.clock, cloud, record.runs)
        queued = arguments.get("queued", True)
        run = planner.run(at, arguments["phases"], ends_as=arguments.get("ends_as"), queued=queued)
        self._register.start(cloud, "deploy", run)
        for name, value in arguments.get("changes", {}).items():
            setattr(record, name, value)
        if arguments.get("software"):
            self._world.software.run(cloud, Software(*arguments["software"]), at)
        changed = cloud = self._world.clouds[cloud.key]
        if arguments.get("network"):
            changed = moved(changed, arguments["network"])
        board = (record.install_values or {}).get("bmc_address", cloud.addressing.bmc[0])
        if board != cloud.addressing.bmc[0]:
            changed = replace(changed, addressing=replace(changed.addressing, bmc=boards(record.install_values, "")))
        if changed is not cloud:
            self._world.replace(changed)

    def _abort(self, at: float, arguments: Mapping[str, Any]) -> None:
        found = self._found(arguments)
        if found is not None:
            cloud, record = found
            status = self._register.seen(cloud, at).deploy.status
            self._register.start(
                cloud, "deploy", Planner(self._register.clock, cloud, record.runs).abort(at, str(status))
            )

    def _write_status(self, at: float, arguments: Mapping[str, Any]) -> None:
        found = self._found(arguments)
        if found is not None:
            cloud, record = found
            run = Planner(self._register.clock, cloud, record.runs).at_once(at, arguments["status"])
            self._register.start(cloud, "deploy", run)
            for name, value in arguments["changes"].items():
                setattr(record, name, value)

    def _network(self, at: float, arguments: Mapping[str, Any]) -> None:
        found = self._found(arguments)
        if found is not None:
            cloud, record = found
            run = Planner(self._register.clock, cloud, record.runs).run(at, ["network"])
            self._register.start(cloud, "deploy", replace(run, brings_up=None))
            self._world.replace(moved(cloud, arguments["network"]))

    def _found(self, arguments: Mapping[str, Any]) -> tuple[Cloud, Record] | None:
        key = (arguments["controller"], arguments["id"])
        cloud, record = self._world.clouds.get(key), self._register.records.get(key)
        return (cloud, record) if cloud is not None and record is not None else None
