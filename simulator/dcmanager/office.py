"""What the handlers of subclouds share."""

from __future__ import annotations

from simulator.dcmanager.controller_state import ControllerState
from simulator.dcmanager.deployments import Deployments
from simulator.dcmanager.refusals import Refused
from simulator.dcmanager.register import Register
from simulator.dcmanager.rpc import Locks, Manager
from simulator.fleet import Cloud
from simulator.routing import Call


class Office:
    def __init__(self, register: Register) -> None:
        self.register = register
        self.deployments = Deployments(register)
        self.manager = Manager(register.world)
        self.controllers = ControllerState(register.world)
        self.locks = Locks()

    def find(self, call: Call) -> Cloud:
        """The subcloud of the path. Raises Refused (404)."""
        cloud = self.register.subcloud(call.cloud.controller, call.params["ref"])
        if cloud is None:
            raise Refused(404, "Subcloud not found")
        return cloud

    def central(self, controller: int) -> Cloud:
        """The System Controller's own cloud."""
        return self.register.world.clouds[controller, None]

    def deploy_status(self, cloud: Cloud) -> str:
        return str(self.register.seen(cloud).deploy.status)
