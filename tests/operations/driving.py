"""Operations against a simulated fleet, with the jobs driven by the test itself: fast, and stoppable at any point."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from operations.engine import jobs, run
from operations.models import Operation, Target
from operations.services.requests import Ask, request_operation
from sites.credentials import seal
from sites.models import Cloud, Controller
from sites.services.actors import Actor
from tests.fixtures.fleet import Simulator
from tests.waiting import wait_until

ROBOT = Actor("engineer", "test")
SYSADMIN = "Li69nux*-sysadmin"


def add_controller(simulator: Simulator, number: int = 1, **fields: Any) -> Controller:
    """A row for a simulated controller, with its write account."""
    base = f"{simulator.url}/c{number}"
    usual = {
        "name": f"controller-{number}",
        "auth_url": f"{base}/identity/v3",
        "bmc_url": f"{base}/bmc/{{bmc_address}}",
        "username": "portal-reader",
        "password_sealed": seal("reader-secret"),
        "write_username": "portal-operator",
        "write_password_sealed": seal("operator-secret"),
    }
    return Controller.objects.create(**usual | fields)


def add_clouds(simulator: Simulator, controller: Controller, number: int = 1) -> list[Cloud]:
    """A row for each subcloud, as the collector would have written it; by dcmanager's id."""
    listed = simulator.control("clouds")["clouds"]
    rows = [row for row in listed if row["controller"] == number and isinstance(row["id"], int)]
    made = [
        Cloud(
            controller=controller, kind="subcloud", dcmanager_id=row["id"], name=row["name"], region=row["region"],
            region_name=row["region_name"],
        )
        for row in rows
    ]  # fmt: skip
    Cloud.objects.bulk_create(made)
    return sorted(made, key=lambda cloud: cloud.dcmanager_id or 0)


def ask(kind: str, clouds: list[Cloud], **more: Any) -> Operation:
    """As somebody with the right to it asks."""
    user, _ = User.objects.get_or_create(username="engineer")
    return request_operation(Ask(kind, [cloud.pk for cloud in clouds], **more), clouds, user, ROBOT, timezone.now())


def turn() -> int:
    """One step of every job that is due. Returns how many there were."""
    claims = jobs.claim(timezone.now(), 100, each=100)
    for claim in claims:
        run.step(claim.job_id, claim.token)
    return len(claims)


def drive(until: Callable[[], Any], timeout: float = 60) -> Any:
    """Take turns until the condition holds."""

    def turned() -> Any:
        turn()
        return until()

    return wait_until(turned, timeout=timeout, every=0.1)


def ended(operation: Operation) -> Callable[[], bool]:
    """Whether it is over."""

    def over() -> bool:
        operation.refresh_from_db()
        return operation.ended_at is not None

    return over


def states(operation: Operation) -> dict[str, str]:
    """{name: state} of its targets."""
    return dict(Target.objects.filter(operation=operation).order_by("number").values_list("name", "state"))


def beside(*calls: Callable[[], Any]) -> list[Any]:
    """What each returned, run at the same time with a connection of its own."""

    def closed(call: Callable[[], Any]) -> Any:
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(closed, call) for call in calls]]
