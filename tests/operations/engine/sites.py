"""Sites to be deployed, as services/deploys.py would have made their targets."""

import json
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from operations.models import Job, Operation, RunSecret, Target
from operations.services.start import begin
from sites.credentials import seal
from sites.models import Controller
from tests.operations.driving import ROBOT, SYSADMIN
from tests.simulator.new_sites import DEPLOY_CONFIG, bootstrap, install

STEPS = ["add", "online", "manage"]


def deploy(controller: Controller, numbers: Iterable[int], *, max_at_once: int = 10) -> Operation:
    """An operation that deploys sites `new-NNNN`, started."""
    now = timezone.now()
    with transaction.atomic():
        operation = Operation.objects.create(
            kind="deploy", title="Deploy", controller=controller, max_at_once=max_at_once, requester_name="engineer",
            created_at=now,
        )  # fmt: skip
        keep(operation, None, "sysadmin_password", SYSADMIN)
        keep(operation, None, "bmc_password", "Board*4")
        for row, number in enumerate(numbers, 1):
            values = bootstrap(number)
            target = Target.objects.create(
                operation=operation, number=row, controller=controller, name=values["name"], profile="AIO-SX",
                steps=STEPS, facts={"management_start_ip": values["management_start_address"]},
            )  # fmt: skip
            files = {"bootstrap_values": values, "install_values": install(number)}
            payload = {name: json.dumps(value) for name, value in files.items()}
            address = install(number)["bootstrap_address"]
            payload |= {"deploy_config": DEPLOY_CONFIG, "bootstrap_address": address}
            keep(operation, target, "payload", json.dumps(payload))
        Job.objects.create(operation=operation)
        begin(operation, ROBOT, now)
    return operation


def keep(operation: Operation, target: Target | None, name: str, text: str) -> None:
    RunSecret.objects.create(
        operation=operation, target=target, name=name, sealed=seal(text), erase_at=timezone.now() + timedelta(days=1)
    )
