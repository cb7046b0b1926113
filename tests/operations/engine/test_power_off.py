"""Taking a site out of service, with its servers switched off through their BMCs."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from hosts.models import Host
from operations.models import Intent, Operation, RunSecret, Target
from operations.services.control import cancel, retry
from operations.services.requests import RefusedError
from operations.services.start import NotNowError, start_operation
from sites.models import Cloud, Controller
from starlingx.errors import Refused
from tests.fixtures.fleet import Simulator
from tests.operations.driving import ROBOT, add_clouds, add_controller, ask, drive, ended, turn
from tests.operations.engine.test_foreign_work import somebody
from tests.simulator.bmc_calls import RACK_PASSWORD, USER

pytestmark = pytest.mark.django_db(transaction=True)
WRONG = {"bmc_password": "Wrong*4-board"}


@pytest.fixture
def fleet(start_simulator: Callable[..., Simulator]) -> Simulator:
    return start_simulator(subclouds=8, speed=1200, seed=11)


@pytest.fixture(autouse=True)
def fast(settings: Any) -> None:
    settings.SPEED = 1200
    settings.OPERATION_SECONDS = {"poll": 0.5, "unmoved": 5.0}


@pytest.fixture
def site(fleet: Simulator) -> Cloud:
    """Online, unmanaged, with the BMC of its server in the books."""
    online = {row["id"] for row in fleet.control("clouds")["clouds"] if row["availability"] == "online"}
    clouds = add_clouds(fleet, add_controller(fleet, bmc_url=f"{fleet.url}/c1/s{{id}}/bmc"))
    cloud = next(each for each in clouds if each.dcmanager_id in online)
    with suppress(Refused):  # it is unmanaged already
        somebody(fleet, lambda writes: writes.unmanage_subcloud(cloud.dcmanager_id or 0))
    cloud.deploy_status, cloud.management_state, cloud.availability_status = "complete", "unmanaged", "online"
    cloud.save()
    Host.objects.create(cloud=cloud, hostname="controller-0", bmc_ip="10.66.0.1", uuid="h-1", changed_at=timezone.now())
    return cloud


def decommission(cloud: Cloud, password: str, **more: Any) -> Operation:
    return ask("decommission", [cloud], secrets={"bmc_password": password}, options={"bmc_username": USER}, **more)


def target() -> Target:
    return Target.objects.get()


def test_a_retry_needs_the_password_of_the_bmc_again(site: Cloud) -> None:
    operation = decommission(site, WRONG["bmc_password"])
    drive(ended(operation), timeout=60)
    assert (target().state, target().cause) == ("failed", "refused")
    assert target().steps[target().step] == "power_off"
    with pytest.raises(RefusedError) as refused:
        retry(operation.pk, [target().pk], {}, ROBOT, timezone.now())
    assert list(refused.value.problems) == ["bmc_password"]
    Target.objects.update(facts={})
    with pytest.raises(RefusedError) as refused:
        retry(operation.pk, [target().pk], WRONG, ROBOT, timezone.now())
    assert list(refused.value.problems) == ["bmc_username"]


def test_what_waits_for_an_outage_and_is_cancelled_is_never_deleted(fleet: Simulator, site: Cloud) -> None:
    """It was to be powered down by hand, and nobody did: the next outage must not delete it."""
    operation = ask("decommission", [site])
    drive(lambda: "waits until the site is offline" in target().message, timeout=60)
    assert f"stopped: {site.name}." in cancel(operation.pk, ROBOT, timezone.now())
    drive(ended(operation), timeout=60)
    fleet.control("faults", {"kind": "power-loss", "controller": 1, "subcloud": site.dcmanager_id})
    assert turn() == 0  # nothing is driven any more
    assert (operation.state, target().state) == ("cancelled", "cancelled")  # it was unmanaged before: nothing was sent
    assert not [row for row in fleet.control("requests")["requests"] if row["method"] == "DELETE"]


def test_a_password_that_is_gone_holds_the_site(site: Cloud) -> None:
    operation = decommission(site, RACK_PASSWORD)
    RunSecret.objects.all().delete()
    drive(lambda: target().state == "held", timeout=60)
    assert "password of the BMC" in target().message
    assert not Intent.objects.filter(verb="power_off").exists()
    assert Operation.objects.get(pk=operation.pk).state == "processing"


def test_so_does_any_other_password(fleet: Simulator, site: Cloud) -> None:
    ask("configure", [site], secrets={"sysadmin_password": "x"})
    RunSecret.objects.all().delete()
    drive(lambda: target().state in ("held", "failed"), timeout=60)
    assert (target().state, "sysadmin" in target().message) == ("held", True)
    assert not Intent.objects.exists()


def test_a_plan_whose_secrets_were_erased_does_not_start_without(site: Cloud) -> None:
    operation = decommission(site, RACK_PASSWORD, start=False)
    RunSecret.objects.all().delete()
    with pytest.raises(NotNowError, match="bmc_password"):
        start_operation(operation.pk, ROBOT, timezone.now() + timedelta(days=2))


@pytest.mark.parametrize(
    ("secrets", "options", "field"),
    [(WRONG, {}, "bmc_username"), ({}, {"bmc_username": USER}, "bmc_password")],
)
def test_name_and_password_belong_together(secrets: Any, options: Any, field: str) -> None:
    controller = Controller.objects.create(
        name="c", auth_url="http://127.0.0.1:1", username="u", password_sealed=b"s", write_username="w"
    )
    cloud = Cloud.objects.create(controller=controller, kind="subcloud", dcmanager_id=1, name="edge", region_name="r")
    User.objects.create(username="engineer")
    with pytest.raises(RefusedError) as refused:
        ask("decommission", [cloud], secrets=secrets, options=options)
    assert list(refused.value.problems) == [field]
    assert not Operation.objects.exists()


@pytest.mark.parametrize(("verify", "warned"), [(False, True), (True, False)])
def test_a_certificate_that_is_not_verified_is_said(verify: bool, warned: bool) -> None:
    controller = Controller.objects.create(
        name="c", auth_url="http://127.0.0.1:1", username="u", password_sealed=b"s", write_username="w",
        bmc_verify=verify,
    )  # fmt: skip
    cloud = Cloud.objects.create(
        controller=controller, kind="subcloud", dcmanager_id=1, name="edge", region_name="r", deploy_status="complete"
    )
    decommission(cloud, RACK_PASSWORD, start=False)
    notes = [note["message"] for note in target().warnings if note["field"] == "bmc_password"]
    assert bool(notes) == warned
