"""Sites to be deployed: a template and the rows of a sheet, with the values of tests/simulator/new_sites.py."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from operations.models import Operation
from operations.services.deploys import DeployAsk, Template, plan_deploy
from sites.models import Controller
from tests.operations.driving import ROBOT, SYSADMIN
from tests.simulator.new_sites import DEPLOY_CONFIG, bootstrap, install

BOOTSTRAP = """
system_mode: simplex
location: Lisbon roof
description: added by a test
management_subnet: ${net}.0/24
management_start_address: ${net}.2
management_end_address: ${net}.50
management_gateway_address: ${net}.1
systemcontroller_gateway_address: 192.168.204.101
external_oam_subnet: ${oam}.0/24
external_oam_gateway_address: ${oam}.1
external_oam_floating_address: ${oam}.2
docker_registries: {docker.io: {username: mirror, password: }}
"""
INSTALL = """
bootstrap_interface: eno1
bootstrap_address: ${oam}.3
bootstrap_address_prefix: 24
install_type: 3
bmc_username: root
bmc_password:
bmc_address: ${bmc}
persistent_size: 30000
"""
TEMPLATE = Template(BOOTSTRAP, INSTALL, DEPLOY_CONFIG)
BMC, REGISTRY = "Board*4", "Registry*4-for-sites"
SECRETS = {"sysadmin_password": SYSADMIN, "bmc_password": BMC, "password": REGISTRY}
HEADER = ("name", "net", "oam", "bmc", "group", "latitude", "longitude")


def row(number: int, **changed: str) -> str:
    """A line of the sheet without anything wrong."""
    values = bootstrap(number)
    cells = {
        "name": values["name"],
        "net": values["management_subnet"].removesuffix(".0/24"),
        "oam": values["external_oam_subnet"].removesuffix(".0/24"),
        "bmc": install(number)["bmc_address"],
    } | changed
    return ",".join(cells.get(column, "") for column in HEADER)


def sheet(rows: Iterable[str]) -> bytes:
    return "\n".join((",".join(HEADER), *rows)).encode()


def ask(controller: Controller, rows: Iterable[str], **more: Any) -> DeployAsk:
    return DeployAsk(controller, TEMPLATE, sheet(rows), "sites.csv", secrets=SECRETS, **more)


def deploy(controller: Controller, numbers: Iterable[int], **more: Any) -> Operation:
    """An operation that deploys sites `new-NNNN`, and begins as soon as they have been checked."""
    user, _ = User.objects.get_or_create(username="engineer")
    return plan_deploy(ask(controller, [row(number) for number in numbers], **more), user, ROBOT, timezone.now())
